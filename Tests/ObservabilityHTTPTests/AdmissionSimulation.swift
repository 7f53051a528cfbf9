// What do probes, scrapers and busy clients get of a server with too many clients, by its rules of admission?
// A model of the server: the real `Admission`, and the order in which the loop does things, without a socket or a
// clock. What things cost are round numbers; only ratios are asserted.

import TestSupport

@testable import ObservabilityHTTP

/// One run of the model. Times are nanoseconds.
struct AdmissionSimulation {
  /// What the clients are.
  struct Load {
    /// Ask as fast as they are answered, for probes or for other things, on a connection that they keep.
    var busy = 0
    var busyAskForProbes = true
    /// Connect, and say nothing.
    var silent = 0
    /// The places of the server, of either kind.
    var regular = AdmissionSimulation.regular
    var reserve = AdmissionSimulation.reserve
  }

  struct Outcome {
    /// Answers to busy clients a second.
    var goodput = 0.0
    var probeLatencies: [Int64] = []
    var unansweredProbes = 0
    var scrapes = 0
    var refusedScrapes = 0
    /// Connections cut while their request was on its way.
    var cut = 0

    var worstProbe: Int64 { probeLatencies.max() ?? .max }
  }

  enum Policy {
    case admission
    /// Whoever comes last gets the place of whoever is there longest: what must not be.
    case newestWins
  }

  static let regular = 32
  static let reserve = 4
  private static let costOfAnswer: Int64 = 20_000
  private static let costOfConnection: Int64 = 60_000
  /// Of one whose probe is answered where it comes in.
  private static let costAtTheDoor: Int64 = 25_000
  private static let costOfReading: Int64 = 5_000
  private static let roundTrip: Int64 = 100_000
  private static let slice: Int64 = 1_000_000
  private static let probeInterval: Int64 = 50_000_000
  private static let scrapeInterval: Int64 = 60_000_000
  private static let warmUp: Int64 = 300_000_000
  static let length: Int64 = 1_000_000_000

  private enum Kind { case busy, silent, prober, scraper }

  private final class Client {
    let kind: Kind
    let asksForProbes: Bool
    var connection: Connection?
    var askedAt: Int64 = 0

    init(_ kind: Kind, asksForProbes: Bool) { (self.kind, self.asksForProbes) = (kind, asksForProbes) }
  }

  private final class Connection {
    let client: Client
    var place = Admission.Place.regular
    var phase = HTTPConnection.Phase.new
    var placedAt: Int64
    var phaseBegan: Int64
    var requests = 0
    /// When the next request has come; nil while none is on its way.
    var requestAt: Int64?
    var closesAt: Int64?
    var isOpen = true

    init(_ client: Client, at time: Int64, requestAt: Int64?) {
      (self.client, self.placedAt, self.phaseBegan, self.requestAt) = (client, time, time, requestAt)
    }

    var candidate: Admission.Candidate {
      Admission.Candidate(
        place: place, phase: phase, placedAt: placedAt, phaseBegan: phaseBegan, stalledSince: nil,
        requests: requests)
    }
  }

  private var admission: Admission
  private let policy: Policy
  private var random: SeededGenerator
  private var time: Int64 = 0
  private var idle: Int64 = 0
  private var connections: [Connection] = []
  /// The system's queue.
  private var backlog: [(client: Client, requestAt: Int64?)] = []
  private var answers = 0
  private var outcome = Outcome()
  private let scraper = Client(.scraper, asksForProbes: false)
  private var probesAsked = 0

  static func run(_ load: Load, policy: Policy = .admission, seed: UInt64) -> Outcome {
    let admission = Admission(regularLimit: load.regular, reserveLimit: load.reserve)
    var simulation = AdmissionSimulation(admission, policy: policy, seed: seed)
    return simulation.run(load)
  }

  private init(_ admission: Admission, policy: Policy, seed: UInt64) {
    self.admission = admission
    self.policy = policy
    random = SeededGenerator(seed: seed)
  }

  private mutating func run(_ load: Load) -> Outcome {
    for _ in 0..<load.busy { connect(Client(.busy, asksForProbes: load.busyAskForProbes)) }
    for _ in 0..<load.silent { connect(Client(.silent, asksForProbes: false)) }
    backlog.shuffle(using: &random)
    var nextProbe = Self.warmUp
    var nextScrape = Self.warmUp + Int64.random(in: 0..<Self.scrapeInterval, using: &random)
    while time < Self.length {
      let before = time
      if time >= nextProbe {
        nextProbe += Self.probeInterval
        probesAsked += 1
        connect(Client(.prober, asksForProbes: true))
      }
      if time >= nextScrape {
        nextScrape += Self.scrapeInterval
        scrape()
      }
      serveReady()
      accept()
      // Nothing to do: the loop waits.
      if time == before {
        time += 20_000
        idle += 20_000
      }
    }
    outcome.goodput = Double(answers) * 1e9 / Double(Self.length - Self.warmUp)
    outcome.unansweredProbes = probesAsked - outcome.probeLatencies.count
    return outcome
  }

  // MARK: - Clients

  private mutating func connect(_ client: Client) {
    client.askedAt = time
    backlog.append((client, client.kind == .silent ? nil : time + Self.roundTrip))
  }

  private mutating func scrape() {
    outcome.scrapes += 1
    scraper.askedAt = time
    if let connection = scraper.connection, connection.isOpen, connection.closesAt == nil {
      connection.requestAt = time + Self.roundTrip / 2
    } else {
      connect(scraper)
    }
  }

  // MARK: - The server

  /// Those whose request has come have their turn, each once.
  private mutating func serveReady() {
    let end = time + Self.slice
    for connection in connections where connection.isOpen {
      if let closesAt = connection.closesAt {
        if closesAt <= time { close(connection, isCut: false) }
      } else if let requestAt = connection.requestAt, requestAt <= time {
        answer(connection)
        if time >= end { break }
      } else if connection.phase == .new {
        connection.phase = .head
        time += Self.costOfReading
      }
    }
    connections.removeAll { !$0.isOpen }
    // Who has had a turn comes after the others.
    let turned = connections.partition { $0.requestAt.map { $0 > time } ?? true }
    if turned > 0 { connections[turned...].sort { $0.phaseBegan < $1.phaseBegan } }
  }

  private mutating func answer(_ connection: Connection) {
    let client = connection.client
    connection.requestAt = nil
    connection.requests += 1
    admission.newcomers.served()
    if connection.place == .reserve {
      if connection.requests == 1 { admission.newcomerSpoke() }
      promote(connection)
    }
    let isRefused = connection.place == .reserve && !client.asksForProbes
    time += Self.costOfAnswer
    switch client.kind {
    case .busy: if !isRefused, time > Self.warmUp { answers += 1 }
    case .prober: outcome.probeLatencies.append(time - client.askedAt)
    case .scraper: if isRefused { outcome.refusedScrapes += 1 }
    case .silent: break
    }
    connection.phaseBegan = time
    if connection.place == .reserve || client.kind == .prober {
      connection.phase = .lingering
      connection.closesAt = time + Self.roundTrip
    } else {
      connection.phase = .idle
      if client.kind == .busy { connection.requestAt = time + Self.roundTrip }
    }
  }

  private mutating func promote(_ connection: Connection) {
    guard
      let promotion = admission.promotion(
        ofProbe: connection.client.asksForProbes, at: time, patience: 1_000_000_000, among: connections,
        describedBy: { $0.candidate })
    else { return }
    switch promotion {
    case .free: break
    case .instead(let victim, _): close(victim, isCut: true)
    case .swap(let other):
      other.place = .reserve
      admission.moved(to: .reserve)
    }
    connection.place = .regular
    connection.placedAt = time
    admission.moved(to: .regular)
  }

  private mutating func accept() {
    for _ in 0..<Admission.batch {
      guard !backlog.isEmpty else { return admission.foundQueueEmpty() }
      let isLimited = policy == .admission ? admission.isCrowded : admission.isFull
      if isLimited, !hasCredit() || (admission.isFull && !makeWay()) { return }
      let (client, requestAt) = backlog.removeFirst()
      let place = admission.entry(isConfined: false) ?? .reserve
      let isAtTheDoor =
        policy == .admission && place == .reserve && client.asksForProbes
        && requestAt.map { $0 <= time } == true
      time += isAtTheDoor ? Self.costAtTheDoor : Self.costOfConnection
      admission.accepted()
      let connection = Connection(client, at: time, requestAt: requestAt)
      connection.place = place
      admission.entered(connection.place)
      client.connection = connection
      connections.append(connection)
      if isAtTheDoor {
        answer(connection)
        if connection.place == .reserve { close(connection, isCut: false) }
      }
    }
  }

  private mutating func hasCredit() -> Bool {
    let waiting = backlog.count
    return admission.newcomers.take(at: time, busy: time - idle, waiting: { waiting })
  }

  private mutating func makeWay() -> Bool {
    let victim: Connection?
    switch policy {
    case .admission:
      victim =
        admission.victimOfNewcomer(
          at: time, patience: 1_000_000_000, among: connections, describedBy: { $0.candidate })?.connection
    case .newestWins:
      victim = connections.filter(\.isOpen).min { $0.placedAt < $1.placedAt }
    }
    guard let victim else { return false }
    if victim.requests == 0 { admission.newcomerWasSilent() }
    close(victim, isCut: true)
    connections.removeAll { !$0.isOpen }
    return true
  }

  private mutating func close(_ connection: Connection, isCut: Bool) {
    connection.isOpen = false
    admission.left(connection.place)
    time += Self.costOfReading
    let client = connection.client
    client.connection = nil
    if isCut, connection.requestAt != nil, client.kind != .silent {
      outcome.cut += 1
      if client.kind == .scraper { outcome.refusedScrapes += 1 }
    }
    if client.kind == .busy || client.kind == .silent { connect(client) }
  }
}
