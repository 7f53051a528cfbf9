// How much memory does an exposition take that was written to take much?

import MetricParsing
import TestSupport
import Testing

@Suite("The parser's memory")
struct MemoryTests {
  @Test("is bounded by its limits, whatever it is fed")
  func bounded() async {
    // The heap is the whole process's.
    await #expect(processExitsWith: .success) {
      guard heapInUse() != nil else { return }
      var limits = ExpositionParser.Limits()
      limits.totalBytes = 1 << 20
      limits.samples = 10_000
      limits.families = 1_000
      // As the documentation of the limits has it, of a hundredth of the families and samples.
      let bound = 5 * limits.totalBytes + 1_000_000
      for (format, line) in MemoryTests.hostile {
        let before = try #require(heapInUse())
        var parser = ExpositionParser(format, limits: limits)
        var number = 0
        var most = 0
        do {
          while true {
            var piece = ""
            while piece.utf8.count < 1 << 16 {
              piece += line(number)
              number += 1
            }
            try parser.feed(Array(piece.utf8))
            most = max(most, try #require(heapInUse()) - before)
          }
        } catch is ExpositionError {
          // It has been fed until it took no more.
        }
        #expect(most < bound, "\(line(0).prefix(40)): \(most) bytes held of \(number) lines")
      }
    }
  }

  private static let labels = (0..<64).map { "l\($0)=\"\"" }.joined(separator: ",")

  private static let hostile: [(ExpositionParser.Format, @Sendable (Int) -> String)] = [
    (.text, { _ in "x 1\n" }), (.text, { "x\($0) 1\n" }), (.text, { "# HELP x\($0) \n" }),
    (.text, { "# HELP x\($0) \(String(repeating: "h", count: 800))\n" }),
    (.text, { _ in "x{\(labels)} 1\n" }),
    (.text, { "x{a=\"\($0)\"} 1\n" }), (.text, { _ in "x" }), (.text, { _ in "\n" }), (.text, { _ in "#\n" }),
    (.text, { "{\"\\\\\\n\($0)\"} 1\n" }), (.openMetrics, { "x\($0) 1\n" }),
    (.openMetrics, { "x{a=\"\($0)\"} 1\n" }),
    (.openMetrics, { "# TYPE x\($0) histogram\n" }), (.openMetrics, { "x 1 \($0)\n" }),
    (
      .openMetrics,
      { ($0 == 0 ? "# TYPE x counter\n" : "") + "x_total{a=\"\($0)\"} 1 # {b=\"\($0)\"} 1 1\n" }
    ),
    (
      .openMetrics,
      { ($0 == 0 ? "# TYPE x histogram\n" : "") + "x_bucket{a=\"\($0)\",le=\"+Inf\"} 1\n" }
    ),
  ]
}
