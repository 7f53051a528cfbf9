// Who is let in, who keeps a place, and who gives way when there is none?
// The goal is goodput: who has sent a request is kept and served, and who comes anew waits in the system's queue,
// passes through the reserve, and gets a place of its own when it has something to be served. A state machine
// without a socket: the server asks it, and does what it says.

import ObservabilityPlatform

/// The places of a server, and the rules of giving them. Times are nanoseconds of the loop's clock.
struct Admission: Sendable {
  /// How long a new connection cannot be pushed out at most, and at least: its bytes may still be on their way.
  static let longestYouth: Int64 = 5_000_000
  static let shortestYouth: Int64 = 100_000
  /// How long whoever has got a regular place keeps it, while requests come of others who have none.
  static let quantum: Int64 = 250_000_000
  /// The most patience with a peer that does nothing, while connections come faster than there is room.
  static let pressedPatience: Int64 = 25_000_000
  /// After so many connections in a row without finding the system's queue empty, it counts as long.
  static let longQueue = 64
  /// How many connections are accepted before the others have their turn.
  static let batch = 16
  enum Place: Sendable {
    /// One of the limit: its connection is kept open.
    case regular
    /// One of the reserve: a probe is answered, anything else needs a regular place, and then it closes.
    case reserve
  }

  let regularLimit: Int
  let reserveLimit: Int
  private(set) var regular = 0
  private(set) var reserve = 0
  private var sinceEmpty = 0
  /// How many newcomers come in while no regular place is free.
  var newcomers = NewcomerShare(most: batch)
  /// Whether only connections whose peer has sent something are wanted. Whoever is let in for nothing, and has to go
  /// before its request comes, comes again: that is what room is needed for least.
  private(set) var wantsSpeakersOnly = false
  /// How long a new connection cannot be pushed out now: longer when newcomers turn out to have something to say,
  /// shorter when they have to be closed without a request.
  private(set) var youth = longestYouth

  init(regularLimit: Int, reserveLimit: Int) {
    self.regularLimit = max(1, regularLimit)
    self.reserveLimit = max(0, reserveLimit)
  }

  var count: Int { regular + reserve }

  /// Whether no regular place is free. While that is so, there is a limit on how many newcomers come in.
  var isCrowded: Bool { regular >= regularLimit }

  /// Whether there are as many connections as there may be. While that is so, a new one stays in the system's queue,
  /// where its peer waits and is not refused.
  var isFull: Bool { regular >= regularLimit && reserve >= reserveLimit }

  /// Whether connections come faster than there is room for, so that the system's queue has grown long. It must not
  /// overflow: patience is short then.
  var isPressed: Bool { sinceEmpty >= Self.longQueue }

  // MARK: - Coming and going

  mutating func accepted() { sinceEmpty += 1 }

  mutating func foundQueueEmpty() { sinceEmpty = 0 }

  /// Where a new connection can go now; nil when nowhere.
  ///
  /// - Parameter isConfined: whether it may have no regular place, because its address has too many.
  func entry(isConfined: Bool) -> Place? {
    if !isConfined, regular < regularLimit { return .regular }
    return reserve < reserveLimit ? .reserve : nil
  }

  mutating func entered(_ place: Place) {
    if place == .regular { regular += 1 } else { reserve += 1 }
    if isCrowded { wantsSpeakersOnly = true }
  }

  mutating func left(_ place: Place) {
    if place == .regular { regular -= 1 } else { reserve -= 1 }
    // Not at once: it would change with every connection.
    if regular <= regularLimit - (regularLimit + 3) / 4 { wantsSpeakersOnly = false }
  }

  /// A connection has changed from one place to the other.
  mutating func moved(to place: Place) {
    entered(place)
    left(place == .regular ? .reserve : .regular)
  }

  /// A newcomer on the reserve has sent its first request.
  mutating func newcomerSpoke() { youth = min(Self.longestYouth, youth * 2) }

  /// A newcomer was closed without a request.
  mutating func newcomerWasSilent() { youth = max(Self.shortestYouth, youth - youth / 8) }

  // MARK: - Giving way

  /// Who is closed so that a new connection, of which nothing is known, can come in; nil when nobody is.
  ///
  /// - Parameters:
  ///   - place: where the new connection can go; nil for anywhere.
  ///   - patience: how long a peer may do nothing that it is waited for.
  func victimOfNewcomer<Connection>(
    in place: Place? = nil, at time: Int64, patience: Int64, among connections: some Sequence<Connection>,
    describedBy describe: (Connection) -> Candidate
  ) -> (connection: Connection, rank: Rank)? {
    let rules = Rules(
      time: time, patience: isPressed ? min(Self.pressedPatience, patience) : patience, youth: youth)
    var least: (connection: Connection, order: Order)?
    var isSomebodyArriving = false
    for connection in connections {
      let candidate = describe(connection)
      if let place, candidate.place != place { continue }
      guard let order = rules.order(of: candidate) else {
        let isWaitedFor = candidate.phase == .new || candidate.phase == .head || candidate.phase == .idle
        if isWaitedFor, candidate.place == .reserve { isSomebodyArriving = true }
        continue
      }
      if let current = least, current.order <= order { continue }
      least = (connection, order)
    }
    // Who has been served before is not closed when somebody of the reserve will soon have to go.
    if isSomebodyArriving, least?.order.rank == .idle { return nil }
    return least.map { ($0.connection, $0.order.rank) }
  }

  /// How a connection of the reserve comes to a regular place.
  enum Promotion<Connection> {
    /// A place is free.
    case free
    /// That one is closed.
    case instead(of: Connection, rank: Rank)
    /// That one changes to the reserve, where its next request is its last.
    case swap(with: Connection)
  }

  /// How a connection of the reserve that has sent a whole request gets a regular place; nil when it does not.
  ///
  /// For a probe, which is answered without one, only those give way who would not be missed. Anything else takes
  /// the place of whoever has had the most of the server, if that one has had it for long enough.
  func promotion<Connection>(
    ofProbe isProbe: Bool, at time: Int64, patience: Int64, among connections: some Sequence<Connection>,
    describedBy describe: (Connection) -> Candidate
  ) -> Promotion<Connection>? {
    if regular < regularLimit { return .free }
    let rules = Rules(time: time, patience: patience, youth: youth)
    var least: (connection: Connection, order: Order)?
    var most: (connection: Connection, requests: Int, since: Int64)?
    for connection in connections {
      let candidate = describe(connection)
      guard candidate.place == .regular, let order = rules.order(of: candidate) else { continue }
      if order.rank == .idle {
        guard !isProbe, candidate.placedAt.elapsed(at: time) >= Self.quantum else { continue }
        if let most, (most.requests, candidate.phaseBegan) >= (candidate.requests, most.since) { continue }
        most = (connection, candidate.requests, candidate.phaseBegan)
      } else {
        if let current = least, current.order <= order { continue }
        least = (connection, order)
      }
    }
    if let least { return .instead(of: least.connection, rank: least.order.rank) }
    return most.map { .swap(with: $0.connection) }
  }
}

// MARK: - Ranks

extension Admission {
  /// How much a connection is missed, least first. One that is at work has no rank.
  enum Rank: Comparable, Sendable {
    /// Its last response is out.
    case finished
    /// It has no complete head.
    case incomplete
    /// It had a regular place, and waits on the reserve for a last request.
    case retired
    /// Its peer neither sends the body nor reads the response.
    case stalled
    /// It waits for a further request.
    case idle

    /// Why it was closed; `nil` where it lost nothing.
    var reason: HTTPRejectReason? {
      switch self {
      case .finished: nil
      case .incomplete: .evictedIncomplete
      case .idle, .retired: .evictedIdle
      case .stalled: .evictedStalled
      }
    }
  }

  /// What the choice knows of a connection.
  struct Candidate: Sendable {
    var place: Place
    var phase: HTTPConnection.Phase
    /// When it got its place.
    var placedAt: Int64
    var phaseBegan: Int64
    /// Since when its peer has done nothing that was waited for; `nil` while nothing is.
    var stalledSince: Int64?
    var requests: Int
  }

  /// What decides between two: the rank, and among equals who came first to where it is.
  struct Order: Comparable {
    var rank: Rank
    var since: Int64

    static func < (left: Order, right: Order) -> Bool {
      left.rank != right.rank ? left.rank < right.rank : left.since < right.since
    }
  }

  /// The rules of giving way at one moment.
  struct Rules {
    var time: Int64
    var patience: Int64
    var youth: Int64

    /// Where a connection stands among those that may be closed; `nil` when it may not.
    func order(of candidate: Candidate) -> Order? {
      switch candidate.phase {
      case .lingering:
        return Order(rank: .finished, since: candidate.phaseBegan)
      // Its request may be there to be read: closed before that, it would come again, and so would all others.
      case .new: return nil
      case .head:
        guard candidate.phaseBegan.elapsed(at: time) >= youth else { return nil }
        return Order(rank: .incomplete, since: candidate.phaseBegan)
      case .idle:
        if candidate.place == .regular { return Order(rank: .idle, since: candidate.phaseBegan) }
        // Its next request may be on its way already.
        guard candidate.placedAt.elapsed(at: time) >= Admission.longestYouth else { return nil }
        return Order(rank: .retired, since: candidate.phaseBegan)
      case .body, .handling, .writing:
        guard let since = candidate.stalledSince, since.elapsed(at: time) >= patience else {
          return nil
        }
        return Order(rank: .stalled, since: since)
      }
    }
  }
}
