// How long do single operations take, and how much memory does a scrape need, over many samples?
//
//   swift package --package-path Benchmarks benchmark

import Benchmark
import Workloads

let benchmarks: @Sendable () -> Void = {
  Benchmark.defaultConfiguration = .init(
    metrics: [.wallClock, .throughput], warmupIterations: 1, scalingFactor: .kilo, maxDuration: .seconds(1))

  func add(_ name: String, _ work: @escaping @Sendable (Recording, Int) -> Void) {
    Benchmark(name) { benchmark in
      let recording = try Recording()
      benchmark.startMeasurement()
      work(recording, benchmark.scaledIterations.count)
      benchmark.stopMeasurement()
      blackHole(recording.total)
    }
  }

  add("Counter.increment") { $0.increment($1) }
  add("Histogram.observe, 12 buckets") { $0.observe($1) }
  add("closed family, 3 labels") { $0.incrementClosed($1) }
  add("bounded family, 4 labels") { $0.incrementBounded($1) }
  add("timer, start and observe") { $0.time($1) }
}
