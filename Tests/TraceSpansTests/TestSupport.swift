// What do several tests of spans need?

import ObservabilityPlatform
@testable import TraceSpans

/// Identifiers that several threads have made.
final class Sets: Sendable {
  private let ids = Locked<Set<SpanID>>([])

  func add(_ new: [SpanID]) { ids.withLock { $0.formUnion(new) } }
  var count: Int { ids.withLock { $0.count } }
}

extension RecentTraces {
  /// What the store says of itself that is not so.
  var inconsistencies: [String] {
    withState { state in
      var found: [String] = []
      for family in state.families {
        let listed = Set(family.lists.joined().map { ObjectIdentifier($0) })
        var kept: [ObjectIdentifier: TraceRecord] = [:]
        for record in family.lists.joined() + family.activeRecords { kept[ObjectIdentifier(record)] = record }
        for (id, record) in kept {
          let places = family.lists.joined().count { $0 === record }
          if record.places != places { found.append("\(record.name) is in \(places) lists") }
          if listed.contains(id) == (record.activeIndex != nil) {
            found.append("\(record.name) is in both or none")
          }
          let spans = record.spans.all.reduce(0) { $0 + $1.byteCount }
          let own = record.bytes - spans
          if !(384...2048).contains(own) { found.append("\(record.name) takes \(own) without its spans") }
        }
        let bytes = kept.values.reduce(0) { $0 + $1.bytes }
        if bytes != family.bytes { found.append("\(family.name) takes \(bytes), not \(family.bytes)") }
        let active = family.activeRecords.reduce(0) { $0 + $1.bytes }
        if active != family.activeBytes {
          found.append("\(family.name) has \(active), not \(family.activeBytes)")
        }
        if family.lists.contains(where: { $0.count > TraceFamily.listLimit }) {
          found.append("a list is too long")
        }
      }
      let bytes = state.families.reduce(0) { $0 + $1.bytes }
      if bytes != state.bytes { found.append("all take \(bytes), not \(state.bytes)") }
      return found
    }
  }
}
