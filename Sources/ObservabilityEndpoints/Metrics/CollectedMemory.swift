// What did each collector return last?

import MetricExposition
import MetricInstruments
import ObservabilityPlatform

/// The last answer of each collector, whose checked and rendered shape the next one has again if its series are the same.
///
/// It is one answer of each collector that there is, and nothing of an answer that is very large.
final class CollectedMemory: Sendable {
  /// How many series of one collector are kept: they are held between scrapes, beside what the collector itself holds.
  static let mostSeries = 20_000

  private let last = Locked<[UInt64: CollectorRun.Families]>([:])
  private let allowsUTF8Names: Bool
  private let constantLabels: ConstantLabels

  /// - Parameter registry: by whose rules it is decided what can be shown.
  init(_ registry: Registry) {
    allowsUTF8Names = registry.allowsUTF8Names
    constantLabels = registry.constantLabels
  }

  /// How many families are kept.
  var familyCount: Int { last.withLock { $0.values.reduce(0) { $0 + $1.count } } }

  /// Each family as it can be shown, or why it cannot.
  ///
  /// - Parameter collector: what tells it from every other.
  func checked(_ families: [CollectedFamily], of collector: UInt64) -> CollectorRun.Families {
    // Taken out, so that its memory can be used again unless a scrape still has it.
    var checked: CollectorRun.Families = []
    last.withLock { last in
      if let index = last.index(forKey: collector) { swap(&last.values[index], &checked) }
    }
    checked.removeLast(max(0, checked.count - families.count))
    checked.reserveCapacity(families.count)
    var series = 0
    for (index, family) in families.enumerated() {
      var before: CheckedFamily?
      if index < checked.count {
        before = try? checked[index].get()
        checked[index] = .failure(.notYet)
      } else {
        checked.append(.failure(.notYet))
      }
      checked[index] = update(before.take(), to: family)
      series += family.samples.count
    }
    last.withLock { $0[collector] = series <= CollectedMemory.mostSeries ? checked : nil }
    return checked
  }

  private func update(
    _ last: consuming CheckedFamily?, to family: CollectedFamily
  ) -> Result<CheckedFamily, CollectedFamilyError> {
    do throws(CollectedFamilyError) {
      guard var checked = consume last else {
        return .success(
          try CheckedFamily(family, allowingUTF8: allowsUTF8Names, constants: constantLabels))
      }
      try checked.update(to: family, allowingUTF8: allowsUTF8Names, constants: constantLabels)
      return .success(checked)
    } catch {
      return .failure(error)
    }
  }

  /// Forgets what is of no collector that there is.
  func keepOnly(_ collectors: [Registry.NamedCollector], _ others: [Registry.NamedCollector]) {
    last.withLock { last in
      var known = 0
      for collector in collectors where last[collector.id] != nil { known += 1 }
      for collector in others where last[collector.id] != nil { known += 1 }
      guard last.count > known else { return }
      let present = Set((collectors + others).map(\.id))
      last = last.filter { present.contains($0.key) }
    }
  }
}
