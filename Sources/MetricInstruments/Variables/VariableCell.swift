// How does a number of no known kind stay exact, and become a fraction when it must?

import ObservabilityPlatform

/// The series of a published number.
///
/// A lock of one word guards the number, so that an integer stays exact to its last digit and can still become a
/// floating-point one. Nothing traps: what does not fit is left out and counted.
package final class VariableCell: MetricInstrument, @unchecked Sendable {
  private struct Storage {
    var number: VariableNumber
    var isRemoved = false
    /// Since the last look for idle series.
    var wasRecorded = false
  }

  private let word: UnsafeMutablePointer<WordLock>
  private let storage: UnsafeMutablePointer<Storage>

  init(context: InstrumentContext?, labels: SeriesLabels, start: VariableNumber) {
    word = .allocate(capacity: 1)
    word.initialize(to: WordLock())
    storage = .allocate(capacity: 1)
    storage.initialize(to: Storage(number: start))
    super.init(context: context, labels: labels)
  }

  deinit {
    word.deinitialize(count: 1)
    word.deallocate()
    storage.deinitialize(count: 1)
    storage.deallocate()
  }

  package var number: VariableNumber { withLock { $0.number } }

  func add(_ amount: Int) {
    change { number in
      switch number {
      case .integer(let value):
        let (sum, overflow) = value.addingReportingOverflow(Int64(amount))
        guard !overflow else { return .tooLarge }
        number = .integer(sum)
      case .double(let value): number = .double(value + Double(amount))
      }
      return nil
    }
  }

  func add(_ amount: Double) {
    change { number in
      let old: Double
      switch number {
      case .integer(let value): old = Double(value)
      case .double(let value): old = value
      }
      guard (old + amount).isFinite else { return amount.isFinite ? .tooLarge : .notFinite }
      number = .double(old + amount)
      return nil
    }
  }

  func set(_ value: Int) {
    change { number in
      number = .integer(Int64(value))
      return nil
    }
  }

  func set(_ value: Double) {
    change { number in
      guard value.isFinite else { return .notFinite }
      number = .double(value)
      return nil
    }
  }

  private func change(_ body: (inout VariableNumber) -> RejectionReason?) {
    let outcome = withLock { storage in
      storage.wasRecorded = true
      return storage.isRemoved ? .removedSeries : body(&storage.number)
    }
    if let outcome { reject(outcome) }
  }

  private func withLock<Result>(_ body: (inout Storage) -> Result) -> Result {
    word.pointee.lock()
    defer { word.pointee.unlock() }
    return body(&storage.pointee)
  }

  override var isRemoved: Bool { withLock { $0.isRemoved } }

  override func markRemoved() { withLock { $0.isRemoved = true } }

  override func wasUsed(since last: inout UInt64) -> Bool {
    withLock { storage in
      defer { storage.wasRecorded = false }
      return storage.wasRecorded
    }
  }
}
