// How much does the linter hold of a family whose labels have ever new names?

import Testing

@testable import MetricParsing

@Suite("The linter's memory")
struct LinterMemoryTests {
  @Test("is bounded in the names of labels that it holds, a bound among them whenever it comes")
  func names() throws {
    let most = SampleScan.mostNames
    // 60 labels a line, none of which comes twice.
    let lines = (0..<most / 10).map { line in
      "x_bucket{" + (0..<60).map { "l\(line)_\($0)=\"v\($0)@b.example\"" }.joined(separator: ",") + "} 1\n"
    }
    let text =
      "# HELP x X.\n# TYPE x histogram\n" + lines.joined()
      + "x_bucket{le=\"1\"} 1\nx_bucket{le=\"+Inf\"} 1\n"
    let exposition = try ParsedExposition(text, .text)
    let store = exposition.store.value
    var scan = SampleScan()
    var negative: Set<Int> = []
    for _ in 0..<2 {
      for sample in store.samples {
        for (order, label) in store.labels[store.labels(of: sample)].enumerated() {
          let position = scan.position(label, at: order, Int(sample.line), store) {
            $0.elementsEqual("le".utf8)
          }
          scan.note(label.value, of: position, 1, store, mostValues: 100, isInfo: false)
          if position < 0 { negative.insert(position) }
        }
      }
    }
    #expect(scan.labels.count == most + 1 && scan.labels.last?.isPart == true)
    #expect(negative.count == most * 6 - most)
    #expect(scan.firstBeyond == 3 + most / 60)
    let beyond = MetricLinter().findings(in: exposition).filter { $0.rule == .highCardinality }
    #expect(beyond.map(\.line) == [3 + most / 60] && beyond.first?.label == nil)
    // As many as there may be are no finding.
    let few = "# HELP x X.\n# TYPE x gauge\n" + (0..<most).map { "x{l\($0)=\"1\"} 1\n" }.joined()
    #expect(
      !MetricLinter().findings(in: try ParsedExposition(few, .text)).contains { $0.rule == .highCardinality })
  }
}
