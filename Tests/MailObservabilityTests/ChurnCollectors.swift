// Which collectors does a registry meet, the good and the bad?

import MailObservability
import Synchronization

/// A collector whose name says what is to become of it: what begins with `bad` must not be shown, and of what begins with
/// `half` one family.
struct ChurnCollector: Collector {
  let name: String
  private let body: @Sendable () async throws -> [CollectedFamily]

  private struct Failure: Error {}

  private init(_ name: String, _ body: @escaping @Sendable () async throws -> [CollectedFamily]) {
    self.name = name
    self.body = body
  }

  /// One whose only family has its name.
  private init(_ name: String, _ type: MetricType, suffix: String = "", _ samples: [CollectedSample]) {
    self.init(name) { [CollectedFamily(name + suffix, type, help: "", samples: samples)] }
  }

  func collect() async throws -> [CollectedFamily] {
    await Task.yield()
    return try await body()
  }

  /// Always there, and always right.
  static let steady: [ChurnCollector] = [
    ChurnCollector("good_numbers") {
      [
        CollectedFamily(
          "good_numbers_total", .counter, help: "Numbers.",
          samples: [CollectedSample(7, ["a": "caf\u{E9}"]), CollectedSample(7, ["a": "cafe\u{301}"])]),
        CollectedFamily("good_numbers_nan", .gauge, help: "", value: .nan),
        CollectedFamily(
          "good_numbers_late", .unknown, help: "", samples: [CollectedSample(1, ["b": "\0"], timestamp: 1e9)]),
      ]
    },
    ChurnCollector(
      "good_histogram", .histogram,
      [
        CollectedSample(.init(bounds: [1, 2], counts: [1, 2, 3]), sum: 9, ["a": "x"]),
        CollectedSample(.init(bounds: [1, 2], counts: [0, 0, 0]), sum: 0, ["a": "y"]),
      ]),
    ChurnCollector(
      "good_states", .stateset, [CollectedSample(.states([.init("on", true), .init("off", false)]))]),
    ChurnCollector("good_facts", .info, suffix: "_info", [CollectedSample(.info, ["version": "1"])]),
  ]

  /// Added and removed.
  static func passing(_ registry: Registry) -> [ChurnCollector] {
    [
      ChurnCollector("good_passing", .gauge, [CollectedSample(1)]),
      // The name of a family that comes and goes.
      ChurnCollector("taking") {
        if Bool.random() {
          _ = try? registry.register(.gauge("meanwhile", help: ""))
        } else {
          registry.unregister("meanwhile")
        }
        return [
          CollectedFamily(
            "m_a_total", .counter, help: "", samples: [CollectedSample(1, ["collector": "taking"])]),
          CollectedFamily("m_meanwhile", .gauge, help: "", value: 1),
        ]
      },
      ChurnCollector("bad_thrower") { throw Failure() },
      ChurnCollector("bad_nanoseconds", .gauge, [CollectedSample(1, timestamp: 1.76e18)]),
      ChurnCollector(
        "bad_type", .gauge, [CollectedSample(.init(bounds: [1], counts: [1, 2]), sum: 3)]),
      ChurnCollector("bad_counts", .histogram, [CollectedSample(.init(bounds: [1], counts: [1]), sum: 3)]),
      ChurnCollector("bad_empty", .gauge, [CollectedSample(1), CollectedSample(2, ["a": ""])]),
      ChurnCollector(
        "bad_twice", .gauge, [CollectedSample(1, ["a": "n\0"]), CollectedSample(2, ["a": "n\u{FFFD}"])]),
      ChurnCollector("bad_counter", .counter, suffix: "_total", [CollectedSample(-1)]),
      ChurnCollector("bad_states", .stateset, [CollectedSample(.states([]), ["bad_states": "on"])]),
      ChurnCollector("half_families") {
        (0..<2).map { _ in CollectedFamily("half_families", .gauge, help: "", value: 1) }
      },
      ChurnCollector("bad_owner") { [CollectedFamily("m_steady_total", .counter, help: "", value: 1)] },
      ChurnCollector("bad_reporter") {
        [CollectedFamily("m_collector_success", .gauge, help: "", value: 1)]
      },
    ]
  }
}
