// What is shown of the traces that are kept, and how is one found?

import ObservabilityPlatform

/// The traces of one family in figures.
package struct RecentFamily: Sendable, Hashable {
  package let name: String
  /// That have not ended.
  package let active: Int
  /// That have, since the start.
  package let ended: UInt64
  /// Of those, the ones with errors.
  package let errors: UInt64
  /// Of those that have ended, by ``LatencyClass``.
  package let classes: [UInt64]
}

/// Some of the traces of a family.
package enum RecentSelection: Sendable, Hashable {
  /// The oldest of those that have not ended.
  case active
  /// Those that ended last.
  case newest
  /// Those of a ``LatencyClass`` that ended last.
  case latency(Int)
  /// Those with errors that ended last.
  case errors
}

extension RecentTraces {
  /// About how many bytes everything takes.
  package var byteCount: Int { withState { $0.bytes } }
  /// How many spans there was no room for.
  package var spansLeftOut: UInt64 { withState { $0.leftOut } }
  /// How many traces are kept, the active ones included.
  package var count: Int { withState { state in state.families.reduce(0) { $0 + $1.records.count } } }

  /// The families, in the order in which they were first seen.
  package var families: [RecentFamily] {
    withState { state in
      state.families.map { family in
        RecentFamily(
          name: family.name, active: family.activeCount, ended: family.endedCount, errors: family.errorCount,
          classes: family.classCounts)
      }
    }
  }

  /// Some of a family's traces, the newest first; none where there is no such family.
  package func traces(of family: String, _ selection: RecentSelection) -> [RecentTrace] {
    withState { state in
      guard let family = state.families.first(where: { $0.name.hasBytes(of: family) }) else { return [] }
      let records: [TraceRecord] =
        switch selection {
        case .active: family.shownActiveRecords
        case .newest: family.lists[TraceFamily.newest]
        case .latency(let index): LatencyClass.bounds.indices.contains(index) ? family.lists[1 + index] : []
        case .errors: family.lists[TraceFamily.errors]
        }
      return records.reversed().map { $0.view(family: family.name) }
    }
  }

  /// What is kept of a trace: as many pieces as it has roots in this process.
  package func traces(_ id: TraceID) -> [RecentTrace] { all.filter { $0.context.traceID == id } }

  /// The traces of which an ended span has an attribute with that text, or with texts of which it is one.
  package func traces(where key: String, is text: String) -> [RecentTrace] {
    all.filter { trace in
      trace.spans.contains { span in
        switch span.attribute(key) {
        case .string(let value): value.hasBytes(of: text)
        case .strings(let values): values.contains { $0.hasBytes(of: text) }
        default: false
        }
      }
    }
  }

  /// Everything, looked through without the lock.
  private var all: [RecentTrace] {
    withState { state in
      state.families.flatMap { family in family.records.map { $0.view(family: family.name) } }
    }
  }
}
