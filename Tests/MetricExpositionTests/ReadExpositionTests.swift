// Does the tests' own reader refuse what a strict scraper would?

import TestSupport
import Testing

@Suite("The strict reader")
struct ReadExpositionTests {
  static let header = "# TYPE x_total counter\n"

  @Test(
    "refuses text that is wrong",
    arguments: [
      "x_total 1\n", "\(header)x_total 1", "\(header)x_total 1\n\n", "\(header)x_total  1\n",
      "\(header)x_total 1 1.76e+21\n", "\(header)x_total 1 1.5\n", "\(header)x_total -1\n",
      "\(header)x_total 1_0\n",
      "\(header)x_total 1\nx_total 1\n", "\(header)x_total{a=\"1\"} 1\nx_total{a=\"1\",b=\"\"} 1\n",
      "\(header)x_total{a=\"1\",a=\"2\"} 1\n", "\(header)x_total{a=\"\n\"} 1\n",
      "\(header)x_total{a=\"\\t\"} 1\n",
      "\(header)x_total 1\n\(header)x_total 1\n", "\(header)\(header)x_total 1\n", "\(header)y_total 1\n",
      "\(header)x_total 1\n# EOF\n", "# TYPE x number\nx 1\n",
      "# TYPE h histogram\nh_bucket{le=\"1\"} 2\nh_bucket{le=\"+Inf\"} 1\nh_sum 1\nh_count 1\n",
      "# TYPE h histogram\nh_bucket{le=\"1\"} 1\nh_bucket{le=\"+Inf\"} 1\nh_sum 1\nh_count 2\n",
      "# TYPE h histogram\nh_bucket{le=\"1\"} 1\nh_sum 1\nh_count 1\n",
      "# TYPE h histogram\nh_bucket{le=\"+Inf\"} 1\nh_sum 1\nh_count 1\n# TYPE h_count gauge\nh_count 1\n",
    ])
  func text(_ text: String) {
    #expect(throws: ReadProblem.self) { try ReadExposition(text: Array(text.utf8), isOpenMetrics: false) }
  }

  @Test(
    "refuses OpenMetrics that is wrong",
    arguments: [
      "", "# TYPE x counter\nx_total 1\n", "# TYPE x counter\nx 1\n# EOF\n", "# EOF\n# EOF\n",
      "# TYPE x untyped\nx 1\n# EOF\n", "# TYPE x info\nx_info 0\n# EOF\n",
      "# TYPE x stateset\nx{y=\"on\"} 1\n# EOF\n", "# TYPE x stateset\nx{x=\"on\"} 2\n# EOF\n",
      "# TYPE x gauge\nx 1 # {a=\"b\"} 1\n# EOF\n", "# TYPE x gauge\n# UNIT x seconds\nx 1\n# EOF\n",
      "# TYPE x counter\nx_total 1 # {a=\"\(String(repeating: "b", count: 128))\"} 1\n# EOF\n",
    ])
  func openMetrics(_ text: String) {
    #expect(throws: ReadProblem.self) { try ReadExposition(text: Array(text.utf8), isOpenMetrics: true) }
  }

  @Test(
    "refuses JSON that is wrong",
    arguments: [
      "", "{}x", "{\"x\":1}", "{\"x\":{\"help\":\"\",\"type\":\"gauge\",\"value\":01}}",
      #"{"x":{"help":"","type":"gauge","value":1},"x":{"help":"","type":"gauge","value":1}}"#,
      #"{"x":{"help":"","type":"gauge","value":{"a":{"v":1,"v":2}}}}"#,
      #"{"x":{"help":"","type":"gauge","value":[{"a":"1","b":"","@":1},{"b":"","a":"1","@":1}]}}"#,
      #"{"x":{"help":"","type":"gauge","value":{"count":3,"sum":3,"avg":1,]]}}}"#,
      #"{"x":{"help":"","type":"histogram","value":{"count":1,"sum":3,"avg":1,"bucket":[[1,1],[null,2]]}}}"#,
    ])
  func json(_ text: String) {
    #expect(throws: ReadProblem.self) { try ReadExposition(json: Array(text.utf8)) }
  }

  @Test("tells series apart by bytes")
  func bytes() throws {
    let samples = ["caf\u{E9}", "cafe\u{301}"].enumerated().map { "x_total{a=\"\($1)\"} \($0)\n" }.joined()
    let read = try ReadExposition(text: Array((Self.header + samples).utf8), isOpenMetrics: false)
    #expect(read.number("x_total", "a", "caf\u{E9}") == 0)
    #expect(read.number("x_total", "a", "cafe\u{301}") == 1)
  }
}
