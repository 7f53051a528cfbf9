// How does a number of a chart stand in JSON?

import MetricExposition
import Testing

@Suite("A rounded number in JSON")
struct RoundedNumberTests {
  @Test(
    "has three digits, and no more than it needs",
    arguments: [
      (0, "0"), (-0.0, "0"), (1, "1"), (-1, "-1"), (0.5, "0.5"), (12.34, "12.3"), (99.96, "100"),
      (9.996, "10"),
      (1234.5, "1235"), (0.02037, "0.0204"), (0.0001234, "0.000123"), (1e-9, "0"), (-1e-9, "0"), (0.1, "0.1"),
      (1e14, "100000000000000"), (1e15, "null"), (.nan, "null"), (.infinity, "null"), (-.infinity, "null"),
      (.leastNonzeroMagnitude, "0"), (1.005, "1"), (2.5, "2.5"), (-0.25, "-0.25"), (0.009999, "0.01"),
    ] as [(Double, String)])
  func text(value: Double, expected: String) {
    var json = JSONText()
    json.rounded(value)
    #expect(String(decoding: json.bytes, as: UTF8.self) == expected)
  }
}
