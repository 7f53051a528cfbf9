// Where is the value of a gauge once threads have fought over it?

import ObservabilityPlatform

/// A value in as many parts as there are stripes, each with a lock, on cache lines of its own.
///
/// A counter's reader may add up the cells one after the other, since what it finds lies between what the
/// counter was at the beginning and at the end. Of a gauge that is not true: where one thread adds and
/// another takes away, it could find -1 connections. So an addition holds the lock of one part for a few
/// stores, and whoever reads or replaces the value holds all of them, which he takes in ascending order while
/// who adds never waits for a second one: every value that is read was the gauge's at one moment. A lock is
/// taken by an acquiring exchange and given back by a releasing store, so the parts need no order of their
/// own on weakly ordered processors.
final class GaugeStripes: @unchecked Sendable {
  /// One part; NaN once the series was removed, and then for good.
  private struct Part: ~Copyable {
    let lock = WordLock()
    var value = 0.0
  }

  private let pointer: UnsafeMutableRawPointer

  init() {
    pointer = .allocate(byteCount: Stripes.count * Stripes.stride, alignment: Stripes.stride)
    for index in 0..<Stripes.count { part(index).initialize(to: Part()) }
  }

  /// Sets the value before anybody else looks at it.
  func prepare(_ value: Double) { part(0).pointee.value = value }

  deinit { pointer.deallocate() }

  @inline(__always)
  private func part(_ index: Int) -> UnsafeMutablePointer<Part> {
    (pointer + index &* Stripes.stride).assumingMemoryBound(to: Part.self)
  }

  @inline(__always)
  private func lock(_ index: Int) -> UnsafeMutablePointer<WordLock> {
    UnsafeMutableRawPointer(part(index)).assumingMemoryBound(to: WordLock.self)
  }

  /// Up to here integers are exact, in a part and in the sum of all.
  private static let exact = 0x1p46

  /// Adds to one part, if that is as exact as an addition to the sum; false when nothing was done.
  @inline(__always)
  func add(_ amount: Double) -> Bool {
    guard amount.magnitude <= GaugeStripes.exact else { return false }
    var index = Stripes.current()
    if !lock(index).pointee.tryLock() { index = lockAnother() }
    defer { lock(index).pointee.unlock() }
    let new = part(index).pointee.value + amount
    // NaN is not less than anything.
    guard new.magnitude <= GaugeStripes.exact else { return false }
    part(index).pointee.value = new
    return true
  }

  /// Takes another lock than the thread's own, and moves the thread there: whoever it met may stay.
  @inline(never)
  private func lockAnother() -> Int {
    let index = Stripes.move()
    lock(index).pointee.lock()
    return index
  }

  /// Replaces the value by what `change` makes of it, or says why not.
  func update(_ change: (Double) -> Double) -> RejectionReason? {
    withAll {
      guard let old = sum else { return .removedSeries }
      let new = change(old)
      guard new.isFinite else { return .notFinite }
      for index in 0..<Stripes.count { part(index).pointee.value = index == 0 ? new : 0 }
      return nil
    }
  }

  /// The value; nil once the series was removed.
  var value: Double? { withAll { sum } }

  /// Hands the value to `keep`, and has what comes after refused.
  func remove(_ keep: (Double) -> Void) {
    withAll {
      guard let last = sum else { return }
      keep(last)
      for index in 0..<Stripes.count { part(index).pointee.value = .nan }
    }
  }

  private func withAll<Result>(_ body: () -> Result) -> Result {
    for index in 0..<Stripes.count { lock(index).pointee.lock() }
    defer { for index in 0..<Stripes.count { lock(index).pointee.unlock() } }
    return body()
  }

  /// With all locks held. Finite, since only the first part is ever beyond what is exact.
  private var sum: Double? {
    var rest = 0.0
    for index in 1..<Stripes.count { rest += part(index).pointee.value }
    let sum = part(0).pointee.value + rest
    return sum.isNaN ? nil : sum
  }
}
