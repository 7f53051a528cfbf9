// What do several tests of spans need?

import ObservabilityPlatform
@testable import TraceSpans

/// Identifiers that several threads have made.
final class Sets: Sendable {
  private let ids = Locked<Set<SpanID>>([])

  func add(_ new: [SpanID]) { ids.withLock { $0.formUnion(new) } }
  var count: Int { ids.withLock { $0.count } }
}
