// What does a collector lose that returns a family which cannot be shown?

import MetricInstruments
import ObservabilityPlatform
@testable import ObservabilityEndpoints
import Testing

@Suite("A collector that returns a bad family")
struct RefusedFamilyTests {
  struct Returning: Collector {
    let name = "returning"
    let families: [CollectedFamily]
    func collect() async throws -> [CollectedFamily] { families }
  }

  enum Place: CaseIterable {
    case alone, first, middle, last

    func put(_ family: CollectedFamily, among one: CollectedFamily, _ two: CollectedFamily)
      -> [CollectedFamily]
    {
      switch self {
      case .alone: [family]
      case .first: [family, one, two]
      case .middle: [one, family, two]
      case .last: [one, two, family]
      }
    }
  }

  private static func gauge(_ samples: CollectedSample...) -> CollectedFamily {
    CollectedFamily("bad", .gauge, help: "", samples: [CollectedSample(1, ["a": "sound"])] + samples)
  }

  private static func counter(_ value: CollectedSample.Value) -> CollectedFamily {
    CollectedFamily("bad_total", .counter, help: "", samples: [CollectedSample(value)])
  }

  private static func histogram(
    _ bounds: [Double], _ counts: [UInt64], sum: Double = 3, beside other: [CollectedSample] = []
  ) -> CollectedFamily {
    let sample = CollectedSample(.init(bounds: bounds, counts: counts), sum: sum)
    return CollectedFamily("bad", .histogram, help: "", samples: other + [sample])
  }

  private static func stateSet(_ states: [CollectedSample.State], label: String = "a") -> CollectedFamily {
    CollectedFamily(
      "bad", .stateset, help: "", samples: [CollectedSample(.states(states), [label: "v"])])
  }

  private static func named(_ name: String, _ type: MetricType = .gauge, unit: String = "") -> CollectedFamily
  {
    CollectedFamily(name, type, help: "", unit: unit, value: 1)
  }

  private static let distribution = CollectedSample.Distribution(bounds: [1], counts: [1, 2])

  static let bad: KeyValuePairs<String, CollectedFamily> = [
    "name": named("bad name"), "no name": named(""), "counter's name": named("bad", .counter),
    "info's name": named("bad", .info), "suffix": named("bad_count"),
    "unit": named("bad", unit: "bytes"), "name of the registry's": named("mail_registered"),
    "sample of the registry's": named("mail_registered_total", .counter),
    "name of a report": named("mail_collector_success"),
    "label's name": gauge(CollectedSample(1, ["b-c": "v"])),
    "label's name reserved": gauge(CollectedSample(1, ["__b": "v"])),
    "label twice": gauge(CollectedSample(1, ["b": "v", "b": "w"])),
    "label's length": gauge(CollectedSample(1, ["b": String(repeating: "x", count: 2000)])),
    "sample twice": gauge(CollectedSample(1, ["a": "sound"])),
    "sample twice but for an empty label": gauge(CollectedSample(1, ["a": "sound", "b": ""])),
    "timestamp in nanoseconds": gauge(CollectedSample(1, timestamp: 1.764e18)),
    "timestamp before 1970": gauge(CollectedSample(1, timestamp: -1)),
    "timestamp that is none": gauge(CollectedSample(1, timestamp: .nan)),
    "distribution as gauge": gauge(CollectedSample(distribution, sum: 3)),
    "states as gauge": gauge(CollectedSample(.states([.init("on", true)]))),
    "info as gauge": gauge(CollectedSample(.info)),
    "negative counter": counter(.number(-1)), "NaN counter": counter(.number(.nan)),
    "infinite counter": counter(.number(.infinity)),
    "distribution as counter": counter(.distribution(distribution, sum: 3)),
    "number as histogram": named("bad", .histogram), "number as info": named("bad_info", .info),
    "number as state set": named("bad", .stateset),
    "counts too few": histogram([1, 2], [1, 2]), "bounds that fall": histogram([2, 1], [1, 2, 3]),
    "bound that is none": histogram([.nan], [1, 2]), "counts too large": histogram([1], [.max, 1]),
    "sum that is none": histogram([1], [1, 2], sum: .nan), "negative sum": histogram([1], [1, 2], sum: -1),
    "bounds that differ": histogram(
      [2], [1, 2], beside: [CollectedSample(distribution, sum: 3, ["a": "b"])]),
    "label of the buckets": CollectedFamily(
      "bad", .histogram, help: "", samples: [CollectedSample(distribution, sum: 3, ["le": "1"])]),
    "state twice": stateSet([.init("on", true), .init("on", false)]),
    "state without a name": stateSet([.init("", true)]),
    "label of the states": stateSet([.init("on", true)], label: "bad"),
  ]

  @Test("loses that one, wherever it stands, and the log names it", arguments: bad.map(\.key), Place.allCases)
  func siblings(kind: String, place: Place) async throws {
    let bad = try #require(RefusedFamilyTests.bad.first { $0.key == kind }?.value)
    let lines = Locked<[String]>([])
    var observer = EndpointObserver()
    observer.log = { line in lines.withLock { $0.append(line) } }
    let service = try Service(observer: observer)
    try service.registry.register(.gauge("registered", help: "")).set(5)
    let one = CollectedFamily("one", .gauge, help: "", value: 7)
    let two = CollectedFamily("two_total", .counter, help: "", samples: [CollectedSample(8, ["a": "b"])])
    try service.registry.add(Returning(families: place.put(bad, among: one, two)))
    let text = try await service.get("/metrics").body.split(separator: "\n")
    let isAlone = place == .alone
    #expect(text.contains("one 7") != isAlone)
    #expect(text.contains("two_total{a=\"b\"} 8") != isAlone)
    #expect(text.contains("mail_registered 5"))
    #expect(text.contains("mail_collector_success{collector=\"returning\"} 0"))
    #expect(!text.contains { $0.contains("bad") })
    #expect(lines.withLock { $0.count } == 1)
    #expect(lines.withLock { $0.allSatisfy { $0.hasPrefix("collector returning: \(bad.name): ") } })
    let json = try await service.get("/metrics.json").body
    #expect(json.contains("\"one\":") != isAlone)
    #expect(!json.contains("bad"))
  }

  /// The second is bad on its own, or not.
  @Test("loses what it returns twice, both times", arguments: [1, .nan])
  func twice(second: Double) async throws {
    let lines = Locked<[String]>([])
    var observer = EndpointObserver()
    observer.log = { line in lines.withLock { $0.append(line) } }
    let service = try Service(observer: observer)
    let halves = [1, second].map { value in
      CollectedFamily("bad_total", .counter, help: "", samples: [CollectedSample(value, ["a": "\(value)"])])
    }
    let one = CollectedFamily("one", .gauge, help: "", value: 7)
    try service.registry.add(Returning(families: [halves[0], one, halves[1]]))
    let text = try await service.get("/metrics").body
    #expect(text.contains("\none 7\n"))
    #expect(!text.contains("bad"))
    #expect(text.contains("mail_collector_success{collector=\"returning\"} 0\n"))
    #expect(lines.withLock { $0.count } == 2)
    #expect(lines.withLock { $0.allSatisfy { $0.hasPrefix("collector returning: bad_total: ") } })
  }

  @Test("has ten lines of the log for a scrape, and one that counts the rest")
  func manyProblems() async throws {
    let lines = Locked<[String]>([])
    var observer = EndpointObserver()
    observer.log = { line in lines.withLock { $0.append(line) } }
    let service = try Service(observer: observer)
    let families = (0..<1000).map { CollectedFamily("bad \($0)", .gauge, help: "", value: 1) }
    try service.registry.add(
      Returning(families: families + [CollectedFamily("good", .gauge, help: "", value: 1)]))
    #expect(try await service.get("/metrics").body.contains("\ngood 1\n"))
    let last = "collector returning: 990 more of its families cannot be shown"
    #expect(lines.withLock { $0.count } == 11)
    #expect(lines.withLock { $0.last } == last)
  }
}
