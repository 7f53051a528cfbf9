// Which of several connections gives way, and which never does?

import Testing

@testable import ObservabilityHTTP

@Suite("Eviction")
struct EvictionTests {
  /// A moment late enough that nothing in the tables is before the clock's beginning.
  private static let now: Int64 = 10_000_000_000
  private static let patience: Int64 = 1_000_000_000

  struct Row: Sendable, CustomTestStringConvertible {
    let name: String
    let phase: HTTPConnection.Phase
    /// Nanoseconds ago.
    var opened: Int64 = 9_000_000_000
    var stalled: Int64?
    let rank: EvictionRank?
    /// The rank when those still arriving give way too.
    let pressed: EvictionRank?
    var testDescription: String { name }

    init(
      _ name: String, _ phase: HTTPConnection.Phase, opened: Int64 = 9_000_000_000, stalled: Int64? = nil,
      _ rank: EvictionRank?, pressed: EvictionRank?
    ) {
      (self.name, self.phase, self.opened, self.stalled) = (name, phase, opened, stalled)
      (self.rank, self.pressed) = (rank, pressed)
    }

    var candidate: EvictionCandidate {
      EvictionCandidate(
        phase: phase, openedAt: now - opened, phaseBegan: now - opened / 2,
        stalledSince: stalled.map { now - $0 })
    }
  }

  static let rows: [Row] = [
    Row("a last response is out", .lingering, .finished, pressed: .finished),
    Row("no head for long", .head, .incomplete, pressed: .incomplete),
    Row("no head, exactly old enough", .head, opened: 5_000_000, .incomplete, pressed: .incomplete),
    Row("no head, just arrived", .head, opened: 4_999_999, nil, pressed: .arriving),
    Row("between requests", .idle, .idle, pressed: .idle),
    Row("between requests, just arrived", .idle, opened: 1, .idle, pressed: .idle),
    Row("a body on its way", .body, nil, pressed: nil),
    Row("a body that has stopped", .body, stalled: patience, .stalled, pressed: .stalled),
    Row("a body that has stopped for less", .body, stalled: patience - 1, nil, pressed: nil),
    Row("a handler at work", .handling, nil, pressed: nil),
    Row("a response being read", .writing, nil, pressed: nil),
    Row("a response that is not read", .writing, stalled: patience + 1, .stalled, pressed: .stalled),
  ]

  private static func rules(includesArriving: Bool) -> EvictionRules {
    EvictionRules(time: now, patience: patience, includesArriving: includesArriving)
  }

  @Test("A connection's rank follows from where it is and for how long", arguments: rows)
  func ranks(row: Row) {
    #expect(Self.rules(includesArriving: false).order(of: row.candidate)?.rank == row.rank)
    #expect(Self.rules(includesArriving: true).order(of: row.candidate)?.rank == row.pressed)
  }

  @Test("The least missed gives way: by rank, and among equals the one that is there longest")
  func choice() {
    let rules = Self.rules(includesArriving: true)
    var left = Self.rows
    var ranks: [EvictionRank] = []
    while let (victim, rank) = rules.choose(from: left, describedBy: \.candidate) {
      #expect(victim.pressed == rank)
      ranks.append(rank)
      left.removeAll { $0.name == victim.name }
    }
    #expect(ranks == ranks.sorted())
    #expect(ranks.count == Self.rows.count { $0.pressed != nil })
    #expect(left.allSatisfy { $0.pressed == nil }, "those at work are never chosen")

    let idle = [3, 9, 5].map {
      Row("idle for \($0) s", .idle, opened: Int64($0) * 2_000_000_000, .idle, pressed: .idle)
    }
    #expect(rules.choose(from: idle, describedBy: \.candidate)?.connection.name == "idle for 9 s")
    #expect(rules.choose(from: [Row](), describedBy: \.candidate) == nil)
  }

  @Test("Extreme clocks decide without a trap")
  func extremes() {
    for time in [Int64.min, 0, .max] {
      for other in [Int64.min, 0, .max] {
        let rules = EvictionRules(time: time, patience: .max, includesArriving: false)
        _ = rules.order(
          of: EvictionCandidate(phase: .head, openedAt: other, phaseBegan: 0, stalledSince: nil))
        _ = rules.order(of: EvictionCandidate(phase: .body, openedAt: 0, phaseBegan: 0, stalledSince: other))
      }
    }
  }
}
