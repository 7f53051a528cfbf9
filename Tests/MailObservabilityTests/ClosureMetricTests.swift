// Does a closure that blocks, throws, is late or calls the registry cost its own family only?

@testable import MailObservability
import MetricInstruments
import ObservabilityEndpoints
import ObservabilityPlatform
import TestSupport
import Testing

@Suite("A metric that is read from a closure")
struct ClosureMetricTests {
  struct Broken: Error {}

  @Test("costs its own family only when it throws, or returns what cannot be shown")
  func throwing() async throws {
    let registry = try Registry()
    try registry.gauge("good", help: "") { 1 }
    try registry.gauge("throws", help: "") { throw Broken() }
    try registry.counter("falls_total", help: "") { -1 }
    try registry.counter("nan_total", help: "") { .nan }
    try registry.gauge("twice", help: "", labels: ["a"]) {
      [CollectedSample(1, ["a": "1"]), CollectedSample(2, ["a": "1"])]
    }
    try registry.gauge("unknown_label", help: "", labels: ["a"]) { [CollectedSample(1, ["b": "1"])] }
    try registry.gauge("histogram", help: "", labels: []) {
      [CollectedSample(CollectedSample.Distribution(bounds: [1], counts: [0, 0]), sum: 0)]
    }
    let text = await registry.text()
    #expect("\n\(text)".contains("\ngood 1\n"))
    for name in [
      "throws", "falls_total", "nan_total", "twice", "unknown_label", "histogram",
    ] {
      #expect(!"\n\(text)".contains("\n\(name)"))
      #expect(text.contains("\ncollector_success{collector=\"\(name)\"} 0\n"))
    }
    #expect(text.contains("\ncollector_success{collector=\"good\"} 1\n"))
  }

  @Test(
    "costs its own family only when it blocks its thread, even where more of them block than the pool has threads"
  )
  func blocking() async throws {
    let registry = try Registry()
    let released = Flag()
    defer { released.set() }
    // As many as would stop the pool of any machine on which this is run; whoever releases them needs no thread of it.
    let blocking = 0..<70
    let begun = FlagCount()
    for number in blocking {
      try registry.gauge("blocks_\(number)", help: "") {
        begun.add()
        while !released.isSet { usleep(20_000) }
        return 1
      }
    }
    try registry.gauge("good", help: "") { 1 }
    try registry.register(.counter("registered_total", help: "")).increment()
    let clock = ManualClock()
    async let first = registry.text(.prometheus, timer: clock)
    #expect(await eventually { begun.value == blocking.count && clock.pendingCalls == 1 })
    clock.advance(by: .seconds(10))
    // The first may have been over before it heard of the good one.
    for (index, text) in [await first, await registry.text(.prometheus, timer: clock)].enumerated() {
      #expect("\n\(text)".contains("\ngood 1\n") || index == 0)
      #expect("\n\(text)".contains("\nregistered_total 1\n"))
      #expect(!"\n\(text)".contains("\nblocks_"))
      #expect(text.contains("\ncollector_success{collector=\"blocks_0\"} 0\n"))
    }
    released.set()
    for number in [blocking.first, blocking.last] {
      let name = "blocks_\(number ?? 0)"
      #expect(await eventually { await registry.value(name) == 1 })
    }
  }

  @Test("has names that nobody else gets, and gives them back when it is unregistered")
  func names() async throws {
    let registry = try Registry(namespace: "x")
    try registry.gauge("g", help: "G.", unit: "") { 1 }
    func problem(_ body: () throws(RegistrationError) -> Void) -> String? {
      do throws(RegistrationError) {
        try body()
        return nil
      } catch {
        return error.code == .conflict ? error.message : "\(error.code)"
      }
    }
    #expect(
      problem { () throws(RegistrationError) in try registry.gauge("g", help: "G.") { 2 } }
        == "it is read from a closure already")
    #expect(
      problem { () throws(RegistrationError) in _ = try registry.register(.gauge("g", help: "G.")) }
        == "registered before with the kind values that are read from a closure, and now with one series")
    #expect(
      problem { () throws(RegistrationError) in try registry.counter("x_g_total", help: "") { 2 } }
        == "its sample x_g would be one of x_g")
    #expect(
      problem { () throws(RegistrationError) in try registry.gauge("a b", help: "") { 2 } } == "invalidName")
    #expect(
      problem { () throws(RegistrationError) in try registry.counter("c", help: "") { 2 } } == "invalidName")
    #expect(
      problem { () throws(RegistrationError) in try registry.gauge("s", help: "", unit: "bytes") { 2 } }
        == "invalidUnit")
    #expect(
      problem { () throws(RegistrationError) in try registry.gauge("l", help: "", labels: ["a", "a"]) { [] } }
        == "invalidLabels")
    #expect(!registry.removeCollector(named: "x_g"))
    #expect(await registry.value("x_g") == 1)
    #expect(registry.unregister("g"))
    #expect(!registry.unregister("g"))
    #expect(await registry.value("x_g") == nil)
    let gauge = try registry.register(.gauge("g", help: ""))
    gauge.set(3)
    #expect(await registry.value("x_g") == 3)
  }

  @Test("never has the name of one of the library's own collectors, which would throw it out or come twice")
  func reservedNames() async throws {
    let metrics = try MetricsCollector(namespace: "")
    for name in ["health", "per_domain", "top_lists", "http_server"] {
      let error = #expect(throws: RegistrationError.self) { try metrics.registry.gauge(name, help: "") { 1 } }
      #expect(error?.code == .conflict)
      #expect(error?.message == "the library has a collector of this name")
    }
  }

  /// Registers what is read under one name, in place of what was there.
  enum Kind: CaseIterable {
    case closure, collector, source

    struct Host: Collector {
      let name = "host"
      let read: @Sendable () async -> Double
      func collect() async throws -> [CollectedFamily] {
        [CollectedFamily("rusmes_value", .gauge, help: "", value: await read())]
      }
    }

    func register(in metrics: MetricsCollector, _ read: @escaping @Sendable () async -> Double) throws {
      switch self {
      case .closure:
        metrics.registry.unregister("value")
        try metrics.registry.gauge("value", help: "", read: read)
      case .collector:
        metrics.registry.removeCollector(named: "host")
        try metrics.registry.add(Host(read: read))
      case .source: metrics.setPerDomainSource { [("a.example", Int(await read()))] }
      }
    }

    func value(in metrics: MetricsCollector) async -> Double? {
      await self == .source
        ? metrics.registry.value("rusmes_messages_per_domain_total", ["domain": "a.example"])
        : metrics.registry.value("rusmes_value")
    }
  }

  @Test(
    "is asked in place of another of its name that has not returned, and never answered by it",
    arguments: Kind.allCases)
  func inPlaceOfAnother(kind: Kind) async throws {
    let metrics = try MetricsCollector()
    let gate = Gate()
    try kind.register(in: metrics) {
      await gate.pass()
      return 1
    }
    let clock = ManualClock()
    async let first = metrics.registry.text(.prometheus, timer: clock)
    await gate.entered()
    try kind.register(in: metrics) { 2 }
    #expect(await kind.value(in: metrics) == 2)
    gate.open()
    _ = await first
    #expect(await kind.value(in: metrics) == 2)
  }

  @Test("is asked only when a scrape wants it, once at a time")
  func asked() async throws {
    let registry = try Registry()
    let count = FlagCount()
    try registry.gauge("g", help: "") {
      count.add()
      return 1
    }
    _ = await registry.value("another")
    #expect(count.value == 0)
    #expect(await registry.value("g") == 1)
    #expect(count.value == 1)
  }
}
