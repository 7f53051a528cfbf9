// Who comes in, who gives way, and who never does?

import Testing

@testable import ObservabilityHTTP

@Suite("Admission")
struct AdmissionTests {
  /// A moment late enough that nothing in the tables is before the clock's beginning.
  private static let now: Int64 = 10_000_000_000
  private static let patience: Int64 = 1_000_000_000

  struct Row: Sendable, CustomTestStringConvertible {
    let name: String
    let phase: HTTPConnection.Phase
    /// Nanoseconds ago.
    var began: Int64 = 4_500_000_000
    var stalled: Int64?
    let rank: Admission.Rank?
    /// The rank while connections come faster than there is room.
    let pressed: Admission.Rank?
    var requests = 1
    var placed: Int64 = 9_000_000_000
    var testDescription: String { name }

    init(
      _ name: String, _ phase: HTTPConnection.Phase, began: Int64 = 4_500_000_000, stalled: Int64? = nil,
      _ rank: Admission.Rank?, pressed: Admission.Rank?
    ) {
      (self.name, self.phase, self.began, self.stalled) = (name, phase, began, stalled)
      (self.rank, self.pressed) = (rank, pressed)
    }

    func candidate(in place: Admission.Place = .regular) -> Admission.Candidate {
      Admission.Candidate(
        place: place, phase: phase, placedAt: now - placed, phaseBegan: now - began,
        stalledSince: stalled.map { now - $0 }, requests: requests)
    }
  }

  static let rows: [Row] = [
    Row("a last response is out", .lingering, .finished, pressed: .finished),
    Row("accepted, and not read from yet", .new, nil, pressed: nil),
    Row("no head for long", .head, .incomplete, pressed: .incomplete),
    Row("no head, exactly old enough", .head, began: 5_000_000, .incomplete, pressed: .incomplete),
    Row("no head, just arrived", .head, began: 4_999_999, nil, pressed: nil),
    Row("between requests", .idle, .idle, pressed: .idle),
    Row("between requests, just answered", .idle, began: 1, .idle, pressed: .idle),
    Row("a body on its way", .body, nil, pressed: nil),
    Row("a body that has stopped", .body, stalled: patience, .stalled, pressed: .stalled),
    Row("a body that has stopped for less", .body, stalled: patience - 1, nil, pressed: .stalled),
    Row("a body that has stopped just now", .body, stalled: 24_999_999, nil, pressed: nil),
    Row("a handler at work", .handling, nil, pressed: nil),
    Row("a response being read", .writing, nil, pressed: nil),
    Row("a response that is not read", .writing, stalled: patience + 1, .stalled, pressed: .stalled),
  ]

  private static func full(isPressed: Bool = false, regular: Int = 1, reserve: Int = 1) -> Admission {
    var admission = Admission(regularLimit: regular, reserveLimit: reserve)
    for _ in 0..<regular { admission.entered(.regular) }
    for _ in 0..<reserve { admission.entered(.reserve) }
    if isPressed { for _ in 0..<Admission.longQueue { admission.accepted() } }
    return admission
  }

  private static func victim(
    _ admission: Admission, _ rows: [Row], in place: Admission.Place = .regular
  ) -> (connection: Row, rank: Admission.Rank)? {
    admission.victimOfNewcomer(at: now, patience: patience, among: rows) { $0.candidate(in: place) }
  }

  // MARK: - Coming in

  @Test("A newcomer gets a regular place while there is one, then one of the reserve, then none")
  func entry() {
    var admission = Admission(regularLimit: 2, reserveLimit: 1)
    var given: [Admission.Place] = []
    while let place = admission.entry(isConfined: false) {
      admission.entered(place)
      given.append(place)
    }
    #expect(given == [.regular, .regular, .reserve])
    #expect(admission.isFull && admission.count == 3)
    admission.left(.regular)
    #expect(!admission.isFull)
    #expect(admission.entry(isConfined: true) == nil, "an address with too many has the reserve only")
    #expect(admission.entry(isConfined: false) == .regular)
  }

  @Test("Limits at their extremes make sense", arguments: [Int.min, -1, 0, 1, .max])
  func limits(limit: Int) {
    let admission = Admission(regularLimit: limit, reserveLimit: limit)
    #expect(!admission.isFull && admission.entry(isConfined: false) == .regular)
    #expect(admission.entry(isConfined: true) == (limit > 0 ? .reserve : nil))
  }

  @Test("Who has nothing to say yet is let in until there is no room, and again when a quarter is free")
  func speakers() {
    var admission = Self.full()
    #expect(admission.wantsSpeakersOnly)
    for free in 1...admission.regularLimit {
      admission.left(.regular)
      #expect(admission.wantsSpeakersOnly == (free * 4 < admission.regularLimit), "\(free) free")
    }
    for _ in 1..<admission.regularLimit { admission.entered(.regular) }
    #expect(!admission.wantsSpeakersOnly)
    admission.entered(.regular)
    #expect(admission.wantsSpeakersOnly)
  }

  @Test("While there is no room, newcomers come in for requests that are served and with time, not in heaps")
  func credit() {
    var admission = Self.full()
    func letIn(at time: Int64, busy: Int64 = 0, waiting: Int = 0) -> Int {
      (0..<1000).count { _ in admission.newcomers.take(at: time, busy: busy, waiting: { waiting }) }
    }
    #expect(letIn(at: 0) == Admission.batch)
    #expect(letIn(at: 0) == 0)
    #expect(letIn(at: 50_000) == 0, "too early")
    #expect(letIn(at: 500_000) == Int(NewcomerShare.anIdleMillisecond) / 2)
    for _ in 0..<(2 * NewcomerShare.requestsEach + 1) { admission.newcomers.served() }
    #expect(letIn(at: 500_000) == 2)
    // At work for more than half of the time.
    _ = letIn(at: 20_500_000, busy: 15_000_000)
    #expect(letIn(at: 21_500_000, busy: 15_500_000) == Int(NewcomerShare.aMillisecond))
    admission.newcomers.giveBack()
    #expect(letIn(at: 21_500_000, busy: 15_500_000) == 1, "who did not come costs nothing")
    // With so many in the queue that they would wait longer than is good, or than they can.
    for (start, waiting, expected) in [
      (Int64(41_500_000), 7 * NewcomerShare.goodWait, 7),
      (61_500_000, 100 * NewcomerShare.goodWait, Int(NewcomerShare.anIdleMillisecond) + 2),
    ] {
      _ = letIn(at: start, busy: start - 6_000_000, waiting: waiting)
      #expect(letIn(at: start + 1_000_000, busy: start - 5_000_000) == expected)
    }
    // While the server has nothing else to do, all come in within the good time.
    _ = letIn(at: 81_500_000, waiting: 40 * NewcomerShare.goodWait)
    #expect(letIn(at: 82_500_000) == 40)
    for time in [Int64.max, .min, 0, .max] {
      _ = letIn(at: time, waiting: time > 0 ? .max : .min)
      for busy in [Int64.max, .min, 0] { #expect(letIn(at: time, busy: busy) <= 4 * Admission.batch) }
    }
  }

  // MARK: - Giving way to newcomers

  @Test("Whether a connection gives way follows from where it is and for how long", arguments: rows)
  func ranks(row: Row) {
    #expect(Self.victim(Self.full(), [row])?.rank == row.rank)
    #expect(Self.victim(Self.full(isPressed: true), [row])?.rank == row.pressed)
    // On the reserve, whoever was served before is the next to go.
    let rank = row.rank == .idle ? .retired : row.rank
    #expect(Self.victim(Self.full(), [row], in: .reserve)?.rank == rank)
  }

  @Test("The least missed gives way: by rank, and among equals the one that is there longest")
  func choice() {
    var left = Self.rows
    var ranks: [Admission.Rank] = []
    while let (victim, rank) = Self.victim(Self.full(isPressed: true), left) {
      #expect(victim.pressed == rank)
      ranks.append(rank)
      left.removeAll { $0.name == victim.name }
    }
    #expect(ranks == ranks.sorted())
    #expect(ranks.count == Self.rows.count { $0.pressed != nil })
    #expect(left.allSatisfy { $0.pressed == nil }, "those at work are never chosen")

    let idle = [3, 9, 5].map {
      Row("idle for \($0) s", .idle, began: Int64($0) * 1_000_000_000, .idle, pressed: .idle)
    }
    #expect(Self.victim(Self.full(), idle)?.connection.name == "idle for 9 s")
    #expect(Self.victim(Self.full(), []) == nil)
  }

  @Test(
    "Who has been served is not closed for a newcomer while somebody of the reserve has yet to show a byte")
  func patience() {
    let idle = Row("idle", .idle, .idle, pressed: .idle)
    let young = Row("young", .head, began: 1000, nil, pressed: nil)
    for (place, wanted) in [(Admission.Place.reserve, nil), (.regular, "idle")] {
      let victim = Self.full().victimOfNewcomer(at: Self.now, patience: Self.patience, among: [idle, young]) {
        $0.candidate(in: $0.name == "idle" ? .regular : place)
      }
      #expect(victim?.connection.name == wanted)
    }
  }

  @Test(
    "Newcomers have a shorter time to show a request the more of them show none, and a longer one the more do"
  )
  func youth() {
    var admission = Self.full()
    let young = Row("young", .head, began: Admission.shortestYouth, nil, pressed: nil)
    #expect(Self.victim(admission, [young]) == nil)
    for _ in 0..<100 { admission.newcomerWasSilent() }
    #expect(admission.youth == Admission.shortestYouth)
    #expect(Self.victim(admission, [young])?.rank == .incomplete)
    for _ in 0..<10 { admission.newcomerSpoke() }
    #expect(admission.youth == Admission.longestYouth)
    // Half of them silent is not a flood.
    for _ in 0..<100 {
      admission.newcomerWasSilent()
      admission.newcomerSpoke()
    }
    #expect(admission.youth == Admission.longestYouth)
  }

  @Test("Who has just lost a regular place has a moment in which its next request may come")
  func retired() {
    var row = Row("retired", .idle, .retired, pressed: .retired)
    for (placed, rank) in [
      (Admission.longestYouth - 1, nil), (Admission.longestYouth, Admission.Rank.retired),
    ] {
      row.placed = placed
      #expect(Self.victim(Self.full(isPressed: true), [row], in: .reserve)?.rank == rank)
    }
  }

  @Test("A newcomer that may only go to the reserve closes nobody of a regular place")
  func confined() {
    let victim = Self.full().victimOfNewcomer(
      in: .reserve, at: Self.now, patience: Self.patience, among: Self.rows
    ) { $0.candidate() }
    #expect(victim == nil)
  }

  // MARK: - From the reserve to a regular place

  @Test("A request on the reserve gets a place at the cost of whoever is not missed", arguments: rows)
  func promotion(row: Row) {
    for isProbe in [true, false] {
      let promotion = Self.full().promotion(
        ofProbe: isProbe, at: Self.now, patience: Self.patience, among: [row]
      ) { $0.candidate() }
      switch (promotion, row.rank) {
      case (nil, nil): break
      case (nil, .idle): #expect(isProbe)
      case (.swap, .idle): #expect(!isProbe, "a probe is answered without a place")
      case (.instead(_, let rank), let wanted?): #expect(rank == wanted && wanted != .idle)
      default: Issue.record("\(String(describing: promotion)) for \(row.name)")
      }
    }
    if case .free? = Self.full(regular: 1, reserve: 0).promotion(
      ofProbe: false, at: 0, patience: 0, among: [Row](), describedBy: { $0.candidate() })
    {
      Issue.record("there is no free place")
    }
  }

  @Test("Who has had the most of the server gives up a place to a request, but not before a quantum of time")
  func swap() {
    var rows = [2, 7, 7, 1].enumerated().map { index, requests in
      var row = Row("\(index)", .idle, began: Int64(10 - index) * 1_000_000, .idle, pressed: .idle)
      row.requests = requests
      return row
    }
    var order: [String] = []
    while case .swap(let row)? = Self.full().promotion(
      ofProbe: false, at: Self.now, patience: Self.patience, among: rows, describedBy: { $0.candidate() })
    {
      order.append(row.name)
      rows.removeAll { $0.name == row.name }
    }
    #expect(order == ["1", "2", "0", "3"], "of those with as many requests, the one idle longest")
    var young = Row("young", .idle, .idle, pressed: .idle)
    for (placed, isChosen) in [(Admission.quantum - 1, false), (Admission.quantum, true)] {
      young.placed = placed
      let promotion = Self.full().promotion(
        ofProbe: false, at: Self.now, patience: Self.patience, among: [young]
      ) { $0.candidate() }
      #expect((promotion != nil) == isChosen)
    }
  }

  @Test("Extreme clocks decide without a trap")
  func extremes() {
    for time in [Int64.min, 0, .max] {
      for other in [Int64.min, 0, .max] {
        for phase in [HTTPConnection.Phase.head, .body, .idle] {
          let candidate = Admission.Candidate(
            place: .regular, phase: phase, placedAt: other, phaseBegan: other, stalledSince: other,
            requests: .max)
          for patience in [Int64.min, .max] {
            _ = Self.full().victimOfNewcomer(at: time, patience: patience, among: [0]) { _ in candidate }
            _ = Self.full().promotion(ofProbe: false, at: time, patience: patience, among: [0]) { _ in
              candidate
            }
          }
        }
      }
    }
  }
}
