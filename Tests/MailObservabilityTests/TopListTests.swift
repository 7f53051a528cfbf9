// Do the lists of the most frequent keep their bound, their window, their memory and their secrets?

@testable import MailObservability
@testable import MetricInstruments
import ObservabilityPlatform
import Synchronization
import TestSupport
import Testing

#if canImport(Darwin)
  import Darwin
#else
  import Glibc
#endif

// One after the other, since one of them measures the memory of the process.
@Suite("A list of the most frequent", .serialized)
struct TopListTests {
  /// How many events a distribution has: a million where `TOP_LIST_EVENTS` says so.
  private static let events = getenv("TOP_LIST_EVENTS").flatMap { Int(String(cString: $0)) } ?? 20_000

  /// A clock that a test moves by hand.
  final class HandClock: Sendable {
    private let now = Atomic<UInt64>(0)
    var clock: MonotonicClock { MonotonicClock { self.now.load(ordering: .relaxed) } }
    func set(_ nanoseconds: UInt64) { now.store(nanoseconds, ordering: .relaxed) }
  }

  // MARK: - The bound

  enum Distribution: String, CaseIterable {
    /// The frequency of a rank is that of the first divided by the rank: what domains of mail are like.
    case zipf
    /// The same, much steeper.
    case steep
    /// A thousand names that come equally often: the worst there is for a summary of 256 counters.
    case uniform
    /// Each name half as often as the one before.
    case geometric
    /// Nine of ten names are made up and never come again; the tenth is one of twenty.
    case hostile

    func names(_ count: Int, _ generator: inout SeededGenerator) -> [Int] {
      switch self {
      case .zipf: Distribution.byRank(count, 100_000, &generator) { 1 / Double($0) }
      case .steep: Distribution.byRank(count, 100_000, &generator) { 1 / (Double($0) * Double($0)) }
      case .uniform: (0..<count).map { _ in Int.random(in: 0..<1000, using: &generator) }
      case .geometric: (0..<count).map { _ in generator.next().trailingZeroBitCount }
      case .hostile:
        (0..<count).map { number in
          number % 10 == 0 ? Int.random(in: 0..<20, using: &generator) : 1000 + number
        }
      }
    }

    private static func byRank(
      _ count: Int, _ ranks: Int, _ generator: inout SeededGenerator, weight: (Int) -> Double
    ) -> [Int] {
      var sums: [Double] = []
      for rank in 1...ranks { sums.append((sums.last ?? 0) + weight(rank)) }
      let total = sums[ranks - 1]
      return (0..<count).map { _ in
        let drawn = Double.random(in: 0..<total, using: &generator)
        var (low, high) = (0, ranks - 1)
        while low < high {
          let middle = (low + high) / 2
          if sums[middle] <= drawn { low = middle + 1 } else { high = middle }
        }
        return low
      }
    }
  }

  @Test("keeps its bound against an exact count, while its window slides", arguments: Distribution.allCases)
  func bound(distribution: Distribution) throws {
    let seed = UInt64.random(in: .min ... .max)
    var generator = SeededGenerator(seed: seed)
    let names = distribution.names(TopListTests.events, &generator)
    var counts = SlidingCounts(window: 6_000, capacity: TopList.capacity)
    // By the part of time; the window has passed three times at the end.
    var exact: [UInt64: [Int: UInt64]] = [:]
    var worst = 0.0
    for (number, name) in names.enumerated() {
      let now = UInt64(number) * 18_000 / UInt64(names.count)
      counts.add(LabelText("d\(name).example"), 1, at: now)
      exact[now / 1000, default: [:]][name, default: 0] += 1
      guard (number + 1) % (names.count / 7) == 0 || number + 1 == names.count else { continue }
      var truth: [Int: UInt64] = [:]
      for (part, sums) in exact where part + 6 > now / 1000 { truth.merge(sums, uniquingKeysWith: +) }
      let total = truth.values.reduce(0, +)
      let parts = counts.current(at: now)
      #expect(parts.reduce(0) { $0 + $1.total } == total, "seed \(seed)")
      let limit = total / UInt64(TopList.capacity)
      let ranking = SlidingCounts.ranking(of: parts)
      #expect(ranking.count <= SlidingCounts.parts * TopList.capacity)
      var listed: [LabelText: (atLeast: UInt64, error: UInt64)] = [:]
      for entry in ranking { listed[entry.name] = (entry.atLeast, entry.error) }
      #expect(listed.count == ranking.count)
      for (name, count) in truth {
        guard let entry = listed[LabelText("d\(name).example")] else {
          if count > limit { Issue.record("\(name) came \(count) times and is not listed, seed \(seed)") }
          continue
        }
        let isRight = entry.atLeast <= count && count <= entry.atLeast + entry.error && entry.error <= limit
        if !isRight { Issue.record("\(name) came \(count) times, and the list says \(entry), seed \(seed)") }
        worst = max(worst, Double(count - entry.atLeast) / Double(total))
      }
      #expect(zip(ranking, ranking.dropFirst()).allSatisfy { $0.atLeast >= $1.atLeast })
    }
    if TopListTests.events >= 1_000_000 {
      print("\(distribution): worst shortfall \(worst) of the total, bound \(1.0 / 256), seed \(seed)")
    }
  }

  // MARK: - Memory

  @Test("takes no more memory for any number of names, however long")
  func memory() throws {
    let metrics = try MetricsCollector()
    let list = metrics.top.senderDomains
    let filler = String(repeating: "x", count: 230)
    func record(_ range: Range<Int>) { for number in range { list.record("\(number).\(filler).example") } }
    record(0..<5_000)
    let before = heapInUse()
    record(5_000..<max(20_000, TopListTests.events))
    #expect(list.top(.max).count <= SlidingCounts.parts * TopList.capacity)
    if TopListTests.events >= 1_000_000 {
      let growth = try #require(heapInUse()) - #require(before)
      print("\(TopListTests.events) hostile names of 245 bytes: \(growth) more bytes in use")
      #expect(growth < 4 << 20)
    }
  }

  // MARK: - The window

  @Test(
    "forgets what the window has left, by sixths of it, and survives a clock that goes back or stands still")
  func window() throws {
    let clock = HandClock()
    let list = TopList(.domains, window: .seconds(60), clock: clock.clock) {}
    let second: UInt64 = 1_000_000_000
    list.record("a.example", count: 3)
    clock.set(30 * second)
    list.record("b.example")
    clock.set(59 * second)
    #expect(list.top().map(\.name) == ["a.example", "b.example"])
    #expect(list.total == 4)
    clock.set(60 * second)
    #expect(list.top().map(\.name) == ["b.example"])
    clock.set(10 * second)
    list.record("c.example")
    #expect(list.top().map(\.name) == ["b.example", "c.example"])
    clock.set(119 * second)
    #expect(list.top().map(\.name) == ["c.example"])
    clock.set(120 * second)
    #expect(list.top().isEmpty)
    clock.set(.max)
    list.record("d.example")
    #expect(list.top() == [TopList.Entry(name: "d.example", count: 1, uncertainty: 0)])
  }

  @Test(
    "takes a window of any length for one of a minute to a week",
    arguments: [(-1, 60), (0, 60), (59, 60), (60, 60), (3600, 3600), (604_800, 604_800), (604_801, 604_800)])
  func windows(seconds: Int, expected: Int) throws {
    var settings = TopListSettings()
    settings.window = .seconds(seconds)
    #expect(settings.checkedWindow == .seconds(expected))
    settings.window = .seconds(Int64.max)
    _ = try MetricsCollector(top: settings).top.senderDomains.record("a.example")
  }

  // MARK: - Names

  @Test("takes a name in any case for one, and counts what is none as a label that is invalid")
  func names() throws {
    let metrics = try MetricsCollector()
    let list = metrics.top.recipientDomains
    for name in ["Example.COM", "example.com", "example.com."] { list.record(name) }
    #expect(list.top() == [TopList.Entry(name: "example.com", count: 3, uncertainty: 0)])
    list.record("example.com", count: 0)
    list.record("example.com", count: -1)
    list.record("example.com", count: .min)
    #expect(list.total == 3)
    for name in ["", ".", String(repeating: "x", count: 254), String(repeating: "x", count: 1 << 20)] {
      list.record(name)
    }
    #expect(list.total == 3)
    #expect(metrics.registry.rejected[.invalidLabel].value == 4)
    list.record(String(repeating: "x", count: 253))
    list.record("b\0c", count: .max)
    list.record("b\0c", count: .max)
    list.record("b\0c", count: .max)
    #expect(list.top(1) == [TopList.Entry(name: "b\u{FFFD}c", count: .max, uncertainty: 0)])
    // A NUL is shown as three bytes.
    list.record(String(repeating: "\0", count: 253))
    #expect(metrics.registry.rejected[.invalidLabel].value == 5)
    #expect(list.top(-1).isEmpty && list.top(0).isEmpty && list.top(.max).count == 3)
  }

  @Test(
    "counts an address under its network, and nothing under what is no address",
    arguments: [
      ("192.0.2.7", "192.0.2.0/24"), ("192.0.2.255", "192.0.2.0/24"), ("::ffff:192.0.2.7", "192.0.2.0/24"),
      ("2001:db8:1:2::7", "2001:db8:1:0:0:0:0:0/48"), ("::", "0:0:0:0:0:0:0:0/48"), ("192.0.2", nil),
      ("mx.example", nil), ("", nil), (String(repeating: "1", count: 100), nil),
    ] as [(String, String?)])
  func networks(address: String, network: String?) {
    #expect(TopListNames.networks(nil).shown(address) == network)
  }

  // MARK: - Secrets

  @Test("shows neither accounts nor networks, unless it is told to, and hashes them by a key")
  func secrets() throws {
    func names(_ settings: TopListSettings) throws -> [String?] {
      let top = try MetricsCollector(top: settings).top
      top.failedLogins.record("Jane@example.org")
      top.failedLogins.record("jane@example.org")
      top.rejectingNetworks.record("192.0.2.7")
      return [top.failedLogins.top().first?.name, top.rejectingNetworks.top().first?.name]
    }
    let hidden = try names(TopListSettings())
    #expect(try names(TopListSettings()) != hidden)
    for name in hidden.compactMap(\.self) {
      #expect(name.utf8.count == 16 && !name.contains("."))
    }
    var settings = TopListSettings()
    settings.hashKey = Array("secret".utf8)
    let keyed = try names(settings)
    #expect(try names(settings) == keyed)
    settings.hashKey = Array("another".utf8)
    #expect(try names(settings) != keyed)
    settings.showsAccounts = true
    settings.showsNetworks = true
    #expect(try names(settings) == ["jane@example.org", "192.0.2.0/24"])
  }

  @Test("hashes as the paper's test vectors have it")
  func sipHash() {
    let key = SipHash(0x0706_0504_0302_0100, 0x0f0e_0d0c_0b0a_0908)
    // Appendix A of the paper, and the first of the authors' vectors.
    #expect(key.hash(UInt8(0)..<15) == 0xa129_ca61_49be_45e5)
    #expect(key.hash([]) == 0x726f_db47_dd0e_0e31)
    #expect(key.text(of: []) == "726fdb47dd0e0e31")
  }

  // MARK: - The export

  @Test("is exported for domains alone, and of those the twenty with the most")
  func export() async throws {
    let metrics = try MetricsCollector()
    for number in 1...30 {
      metrics.top.senderDomains.record("d\(number).example", count: number)
      metrics.top.failedLogins.record("user\(number)")
      metrics.top.rejectingNetworks.record("192.0.\(number).1")
    }
    let registry = metrics.registry
    #expect(await registry.value("rusmes_top_sender_domain_messages", ["domain": "d30.example"]) == 30)
    #expect(await registry.value("rusmes_top_sender_domain_messages", ["domain": "d11.example"]) == 11)
    #expect(await registry.value("rusmes_top_sender_domain_messages", ["domain": "d10.example"]) == nil)
    let text = await registry.text()
    #expect(!text.contains("rusmes_top_recipient_domain_messages"))
    for entry in metrics.top.failedLogins.top(30) + metrics.top.rejectingNetworks.top(30) {
      #expect(!text.contains(entry.name))
    }
    let others = try MetricsCollector(groups: [.imap])
    others.top.senderDomains.record("a.example")
    #expect(await others.registry.value("rusmes_top_sender_domain_messages", ["domain": "a.example"]) == nil)
  }
}
