// Which connection gives way when there is no room?

/// How much a connection is missed, least first. One that is at work has no rank.
enum EvictionRank: Comparable, Sendable {
  /// Its last response is out.
  case finished
  /// It has no complete head.
  case incomplete
  /// It waits for a further request.
  case idle
  /// Its peer neither sends the body nor reads the response.
  case stalled
  /// It has no complete head, and is so young that its bytes may still be on their way.
  case arriving

  /// Why it was closed; `nil` where it lost nothing.
  var reason: HTTPRejectReason? {
    switch self {
    case .finished: nil
    case .incomplete, .arriving: .evictedIncomplete
    case .idle: .evictedIdle
    case .stalled: .evictedStalled
    }
  }
}

/// What the choice knows of a connection. Times are nanoseconds of the loop's clock.
struct EvictionCandidate: Sendable {
  var phase: HTTPConnection.Phase
  var openedAt: Int64
  var phaseBegan: Int64
  /// Since when its peer has done nothing that was waited for; `nil` while nothing is.
  var stalledSince: Int64?
}

/// The rules of giving way at one moment.
struct EvictionRules: Sendable {
  /// How long a new connection cannot be pushed out by newer ones, in nanoseconds.
  static let youth: Int64 = 5_000_000
  /// The most patience with a peer that does nothing, while connections come faster than there is room.
  static let pressedPatience: Int64 = 25_000_000

  /// Now, in nanoseconds of the loop's clock.
  var time: Int64
  /// How long a peer may do nothing, in nanoseconds.
  var patience: Int64
  /// Whether those still arriving give way too.
  var includesArriving: Bool

  /// What decides between two: the rank, and among equals who came first to where it is.
  struct Order: Comparable {
    var rank: EvictionRank
    var since: Int64

    static func < (left: Order, right: Order) -> Bool {
      left.rank != right.rank ? left.rank < right.rank : left.since < right.since
    }
  }

  private func elapsed(since moment: Int64) -> Int64 {
    let (difference, overflow) = time.subtractingReportingOverflow(moment)
    return overflow ? (time > moment ? .max : .min) : difference
  }

  /// Where a connection stands among those that may be closed; `nil` when it may not.
  func order(of candidate: EvictionCandidate) -> Order? {
    switch candidate.phase {
    case .lingering:
      return Order(rank: .finished, since: candidate.phaseBegan)
    case .head:
      if elapsed(since: candidate.openedAt) >= Self.youth {
        return Order(rank: .incomplete, since: candidate.phaseBegan)
      }
      return includesArriving ? Order(rank: .arriving, since: candidate.phaseBegan) : nil
    case .idle:
      return Order(rank: .idle, since: candidate.phaseBegan)
    case .body, .handling, .writing:
      guard let since = candidate.stalledSince, elapsed(since: since) >= patience else { return nil }
      return Order(rank: .stalled, since: since)
    }
  }

  /// The one that is missed least, and how little; `nil` when every one is at work.
  func choose<Connection>(
    from connections: some Sequence<Connection>, describedBy describe: (Connection) -> EvictionCandidate
  ) -> (connection: Connection, rank: EvictionRank)? {
    var least: (connection: Connection, order: Order)?
    for connection in connections {
      guard let order = order(of: describe(connection)) else { continue }
      if let current = least, current.order <= order { continue }
      least = (connection, order)
    }
    return least.map { ($0.connection, $0.order.rank) }
  }
}
