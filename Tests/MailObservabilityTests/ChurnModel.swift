// What may a scrape say of a registry while several threads do everything to it?

import TestSupport
import MailObservability
import ObservabilityPlatform
import Synchronization

/// What was given to a registry, counted by those who gave it.
final class ChurnModel: Sendable {
  /// How much somebody began to record, and of how much the recording has returned.
  final class Amount: Sendable {
    private let offered = Atomic<UInt64>(0)
    private let done = Atomic<UInt64>(0)

    func record(_ recording: () -> Void) {
      offered.add(1, ordering: .acquiringAndReleasing)
      recording()
      done.add(1, ordering: .acquiringAndReleasing)
    }

    /// Nothing shown so far is more.
    var most: UInt64 { offered.load(ordering: .acquiring) }
    /// Nothing shown from now on is less, unless it was removed.
    var least: UInt64 { done.load(ordering: .acquiring) }
  }

  final class Time: Sendable {
    let nanoseconds = Atomic<UInt64>(1_000_000_000)
  }

  static let counters = ["a_total", "b_total", "c_total"]
  static let histogram = "waits_seconds"
  /// One for each bucket; their sums are exact.
  static let observations = [0.5, 1.5, 2.5, 3.5]

  /// Label values, some of which are hard to tell apart or to write, or are not kept.
  static let values: [String] = {
    let long = String(repeating: "x", count: 600)
    return [
      "", "caf\u{E9}", "cafe\u{301}", "n\0", "n\u{FFFD}", "other", "\"\\\n\r\t<&>", "日本",
      String(repeating: "x", count: 1025),
    ]
      + (0..<450).map { "\($0) \(long)" }
  }()

  /// The bytes under which each value is shown.
  static let shown: [[UInt8]] = values.map { value in
    let text = value.utf8.count > 1024 ? "other" : value == "n\0" ? "n\u{FFFD}" : value
    return Array(text.utf8)
  }

  let metrics: MetricsCollector
  let time: Time
  let problems = Locked<[String]>([])
  /// By the family and the bytes of the value.
  let amounts: [String: [[UInt8]: Amount]]
  /// Never removed.
  let steady: BoundedFamily<Counter, String>
  let steadyAmounts = (0..<8).map { _ in Amount() }
  let variable: IntegerVariable
  let variableAmount = Amount()
  let closedAmount = Amount()
  let passing: [ChurnCollector]

  init() throws {
    let time = Time()
    self.time = time
    metrics = try MetricsCollector(
      namespace: "m", groups: [],
      clock: MonotonicClock { time.nanoseconds.load(ordering: .relaxed) })
    var amounts: [String: [[UInt8]: Amount]] = [:]
    for family in ChurnModel.counters + [ChurnModel.histogram] {
      for value in ChurnModel.shown { amounts[family, default: [:]][value] = Amount() }
    }
    self.amounts = amounts
    steady = try metrics.registry.register(.counter("steady_total", help: "Steady."), byBounded: "a")
    variable = try metrics.variables.integer("steady/puts", "Never goes.")
    passing = ChurnCollector.passing(metrics.registry)
    for collector in ChurnCollector.steady { try metrics.registry.add(collector) }
  }

  func report(_ problem: String) { problems.withLock { if $0.count < 20 { $0.append(problem) } } }

  // MARK: - Judging a scrape

  /// What must be in a scrape that begins now.
  struct Least {
    fileprivate let steady: [UInt64]
    fileprivate let variable: UInt64
  }

  var least: Least { Least(steady: steadyAmounts.map(\.least), variable: variableAmount.least) }

  /// Compares a scrape that has ended with what was recorded before it began and until now.
  func judge(_ read: ReadExposition, since least: Least) {
    for (number, amount) in steadyAmounts.enumerated() {
      let shown = read.number("m_steady_total", "a", "\(number)") ?? 0
      if shown < Double(least.steady[number]) || shown > Double(amount.most) {
        report("steady \(number): \(shown), \(least.steady[number]) to \(amount.most) were recorded")
      }
    }
    let puts = read.number("steady_puts") ?? -1
    if puts < Double(least.variable) || puts > Double(variableAmount.most) {
      report("the variable has \(puts)")
    }
    for family in ChurnModel.counters { judge(read.families["m_\(family)"], family) }
    judge(read.families["m_\(ChurnModel.histogram)"], ChurnModel.histogram)
    for (labels, value) in read.families["m_closed_total"]?.series ?? [:] {
      if labels.count != 1 || value.amount > Double(closedAmount.most) {
        report("closed \(labels): \(value)")
      }
    }
    judgeCollectors(read)
  }

  private func judge(_ family: ReadExposition.Family?, _ name: String) {
    let amounts = amounts[name] ?? [:]
    let most = amounts.values.reduce(0) { $0 + $1.most }
    var sum = 0.0
    for (labels, value) in family?.series ?? [:] where labels.first?.name != "collector" {
      let text = labels.first?.value ?? []
      // Whatever a full family does not hold is under `other`.
      let limit = text == Array("other".utf8) ? most : amounts[text]?.most ?? 0
      if value.amount > Double(limit) || labels.count > 1 {
        report("\(name) \(String(decoding: text.prefix(40), as: UTF8.self)): \(value), at most \(limit)")
      }
      if case .histogram(let counts, let sum) = value,
        sum != zip(counts, ChurnModel.observations).reduce(0, { $0 + Double($1.0) * $1.1 })
      {
        report("\(name): \(counts) add up to \(sum)")
      }
      sum += value.amount
    }
    if sum > Double(most) { report("\(name): \(sum) of \(most) are shown") }
  }

  private func judgeCollectors(_ read: ReadExposition) {
    for name in read.families.keys where name.hasPrefix("bad") { report("\(name) is shown") }
    for (labels, value) in read.families["m_collector_success"]?.series ?? [:] {
      let name = String(decoding: labels.first?.value ?? [], as: UTF8.self)
      let isGood = !name.hasPrefix("bad") && !name.hasPrefix("half")
      // What one of them returns may be somebody's at the moment.
      if name != "taking", (value.amount == 1) != isGood { report("collector \(name): \(value.amount)") }
    }
    for collector in ChurnCollector.steady {
      guard read.number("m_collector_success", "collector", collector.name) != nil,
        read.families.keys.contains(where: { $0.hasPrefix(collector.name) })
      else {
        report("\(collector.name) is not shown")
        continue
      }
    }
  }

  /// What is wrong when all is quiet: every amount is in an instrument, or refused and counted, and every form shows
  /// what is in the instruments.
  func problemsAtEnd(of workers: [ChurnWorker], at address: String) -> [String] {
    var problems: [String] = []
    var scrapes: [ReadExposition] = []
    for form in ScrapeForm.allCases {
      do {
        if let read = try form.read(at: address, pieces: { 1 << 16 }, between: {}) { scrapes.append(read) }
      } catch {
        problems.append("\(form): \(error)")
      }
    }
    var accepted = 0.0
    var instruments: Set<ObjectIdentifier> = []
    for (instrument, _) in workers.flatMap(\.handles)
    where instruments.insert(ObjectIdentifier(instrument)).inserted {
      if let counter = instrument as? Counter { accepted += Double(counter.integerValue) }
      if let histogram = instrument as? Histogram { accepted += Double(histogram.snapshot.count) }
    }
    let offered = (amounts.values.flatMap(\.values) + [closedAmount]).reduce(0) { $0 + $1.most }
    for read in scrapes {
      let refused = read.number("m_observability_rejected_total", "reason", "removed_series") ?? -1
      if accepted + refused != Double(offered) {
        problems.append("\(offered) offered, \(accepted) accepted, \(refused) refused")
      }
      for (number, amount) in steadyAmounts.enumerated() where amount.most > 0 {
        if read.number("m_steady_total", "a", "\(number)") != Double(amount.most) {
          problems.append("steady \(number)")
        }
      }
      for family in ChurnModel.counters + [ChurnModel.histogram] {
        for (labels, value) in read.families["m_\(family)"]?.series ?? [:]
        where labels.first?.name != "collector" {
          let text = String(decoding: labels.first?.value ?? [], as: UTF8.self)
          let held = family == ChurnModel.histogram ? waits[text].amount : counters(family)[text].amount
          if held != value.amount {
            problems.append("\(family) \(text.prefix(40)): \(held) and \(value.amount)")
          }
        }
      }
      for worker in workers {
        for (_, value) in read.families["m_held\(worker.number)"]?.series ?? [:] where value.amount != 0 {
          problems.append("a gauge is held by nobody")
        }
      }
    }
    return problems
  }

  // MARK: - Families that come and go

  var waits: BoundedFamily<Histogram, String> {
    registered {
      try $0.register(
        .histogram(ChurnModel.histogram, help: "Waits.", unit: "seconds", buckets: [1, 2, 3]),
        byBounded: "a", limit: 60, idleTimeout: .seconds(4))
    }
  }

  /// A family of fewer series than there are values.
  func counters(_ name: String) -> BoundedFamily<Counter, String> {
    registered {
      try $0.register(
        .counter(name, help: "Counts \"\\\n."), byBounded: "a", limit: 400, idleTimeout: .seconds(3))
    }
  }

  private func registered<Family>(_ register: (Registry) throws -> Family) -> Family {
    do { return try register(metrics.registry) } catch { preconditionFailure("\(error)") }
  }
}

extension ReadExposition.Value {
  /// How often something was recorded, as far as it was 1 each time.
  var amount: Double {
    switch self {
    case .number(let number): number
    case .histogram(let counts, _): Double(counts.reduce(0, +))
    }
  }
}

extension Counter {
  fileprivate var amount: Double { Double(integerValue) }
}

extension Histogram {
  fileprivate var amount: Double { Double(snapshot.count) }
}
