// Does a scrape show what collectors return now, whatever it has kept of what they returned before?

import EndpointMessages
import MetricInstruments
import ObservabilityPlatform
import TestSupport
@testable import ObservabilityEndpoints
import Testing

@Suite("What is kept of collected families")
struct KeptFamiliesTests {
  /// Returns what it was last told to.
  final class Told: Collector {
    let name: String
    private let families = Locked<[CollectedFamily]>([])

    init(_ name: String) { self.name = name }

    func tell(_ families: [CollectedFamily]) { self.families.withLock { $0 = families } }
    func collect() async -> [CollectedFamily] { families.withLock { $0 } }
  }

  /// A service with this collector alone.
  private static func service(_ told: Told) throws -> Service {
    let service = try Service()
    try service.registry.add(told)
    return service
  }

  private static let formats: [(path: String, accept: String)] = [
    ("/metrics", "text/plain"), ("/metrics", "application/openmetrics-text"), ("/metrics.json", "*/*"),
    ("/metrics", "application/openmetrics-text; escaping=values"), ("/metrics", "text/plain; escaping=dots"),
  ]

  /// The answer without what a scrape says of itself.
  private static func body(_ service: Service, _ format: (path: String, accept: String)) async throws
    -> String
  {
    let answer = try await service.get(format.path, headers: ["Accept": format.accept])
    #expect(answer.status == 200)
    return answer.body.split(separator: "\n").filter { !$0.contains("collector_duration") }
      .joined(separator: "\n")
  }

  // MARK: - Families at random

  private static let texts = ["a", "b", "é", "e\u{301}", "", "x\ny", "\"", "\\", "\u{0}"]

  private static func labels(_ generator: inout SeededGenerator) -> [CollectedSample.Label] {
    ["k", "l", "m"].shuffled(using: &generator).prefix(Int.random(in: 0...2, using: &generator))
      .map { CollectedSample.Label($0, texts.randomElement(using: &generator) ?? "") }
  }

  private static func family(_ generator: inout SeededGenerator) -> CollectedFamily {
    let types: [(MetricType, String)] = [
      (.gauge, "g"), (.counter, "g_total"), (.histogram, "g"), (.stateset, "g"), (.info, "g_info"),
      (.unknown, "g"),
    ]
    let (type, name) = types.randomElement(using: &generator) ?? (.gauge, "g")
    let choices: [[Double]] = [[1], [1, 2], [0.5, 2]]
    let bounds = choices.randomElement(using: &generator) ?? [1]
    let states = [["on", "off"], ["on"], ["off", "on"]].randomElement(using: &generator) ?? []
    let samples = (0..<Int.random(in: 0...3, using: &generator)).map { _ in
      let number = Double(Int.random(in: 0...9, using: &generator))
      let value: CollectedSample.Value =
        switch type {
        case .histogram:
          .distribution(
            .init(bounds: bounds, counts: bounds.map { _ in UInt64(number) } + [1]), sum: number)
        case .stateset: .states(states.map { .init($0, Bool.random(using: &generator)) })
        case .info: .info
        default: .number(number)
        }
      var sample = CollectedSample(value, timestamp: Bool.random(using: &generator) ? nil : number)
      sample.labels = labels(&generator)
      return sample
    }
    return CollectedFamily(
      name, type, help: texts.randomElement(using: &generator) ?? "", samples: samples)
  }

  @Test("is never seen: every form of every answer is that of a server that has just started")
  func noTrace() async throws {
    let seed = UInt64.random(in: 0 ... .max)
    var generator = SeededGenerator(seed: seed)
    let told = Told("told")
    let warm = try Self.service(told)
    var families = [Self.family(&generator)]
    for round in 0..<150 {
      switch Int.random(in: 0..<4, using: &generator) {
      case 0: families = (0..<Int.random(in: 0...2, using: &generator)).map { _ in Self.family(&generator) }
      case 1: families.append(Self.family(&generator))
      case 2: families.reverse()
      default:
        // The same series with other values.
        for index in families.indices {
          for sample in families[index].samples.indices {
            guard case .number = families[index].samples[sample].value else { continue }
            families[index].samples[sample].value = .number(Double(round))
          }
        }
      }
      families = Array(families.suffix(3))
      told.tell(families)
      for format in Self.formats {
        let cold = try await Self.body(Self.service(told), format)
        #expect(try await Self.body(warm, format) == cold, "seed \(seed), round \(round), \(format)")
      }
    }
  }

  @Test("is not mixed up by scrapes that come at once")
  func atOnce() async throws {
    let told = Told("told")
    let service = try Service { $0.maximumConcurrentScrapes = 8 }
    try service.registry.add(told)
    for round in 0..<40 {
      let label = "round \(round)"
      told.tell([
        CollectedFamily(
          "x", .gauge, help: "",
          samples: (0..<20).map { CollectedSample(Double(round), ["n": "\(label), \($0)"]) })
      ])
      try await withThrowingTaskGroup(of: Void.self) { group in
        for format in Self.formats {
          group.addTask {
            let body = try await Self.body(service, format)
            #expect(body.split(separator: "\(label), ").count == 21)
            #expect(!body.contains("round \(round - 1),"))
          }
        }
        try await group.waitForAll()
      }
    }
  }

  @Test("is one answer of each collector that there is")
  func dropped() async throws {
    let service = try Service()
    let memory = service.endpoints.metrics.collectors.memory
    for round in 0..<20 {
      let told = Told("told \(round)")
      try service.registry.add(told)
      for count in [3, 5, 0, 1] {
        told.tell((0..<count).map { CollectedFamily("x\($0)", .gauge, help: "", value: 1) })
        _ = try await service.get("/metrics")
        #expect(memory.familyCount == count)
      }
      #expect(service.registry.removeCollector(named: told.name))
      // In its place, so that there are as many as before; and nothing of it ever comes.
      try service.registry.add(Failing(name: "failing \(round)"))
      _ = try await service.get("/metrics")
      #expect(memory.familyCount == 0)
      #expect(service.registry.removeCollector(named: "failing \(round)"))
    }
  }

  private struct Failing: Collector {
    let name: String
    func collect() async throws -> [CollectedFamily] { throw CancellationError() }
  }

  @Test("is nothing of an answer that is very large, which is shown all the same")
  func large() async throws {
    let told = Told("told")
    let service = try Service()
    try service.registry.add(told)
    let memory = service.endpoints.metrics.collectors.memory
    for (count, kept) in [(CollectedMemory.mostSeries, 1), (CollectedMemory.mostSeries + 1, 0), (7, 1)] {
      let samples = (0..<count).map { CollectedSample(1, ["n": "series \($0)"]) }
      told.tell([CollectedFamily("x", .gauge, help: "", samples: samples)])
      let body = try await service.get("/metrics").body
      #expect(body.split(separator: "series ").count == count + 1)
      #expect(memory.familyCount == kept)
    }
  }
}
