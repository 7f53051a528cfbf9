// Does a number read back as itself?

@testable import MetricExposition
import MetricInstruments
import TestSupport
import Testing

@Suite("A number")
struct NumberFormatTests {
  private func text(_ value: Double) -> String {
    let family = CollectedFamily("x", .gauge, help: "", value: value)
    let line = exposition(GatheredMetrics(registered: [], collected: checked([family])), .text).split(
      separator: "\n")[
        1]
    return String(line.dropFirst(2))
  }

  private func bound(_ value: Double) -> String {
    let family = CollectedFamily(
      "x", .histogram, help: "", samples: [CollectedSample(.init(bounds: [value], counts: [0, 0]), sum: 0)])
    let line = exposition(GatheredMetrics(registered: [], collected: checked([family])), .text).split(
      separator: "\n")[
        1]
    return String(line.split(separator: "\"")[1])
  }

  @Test(
    "is written in its shortest form",
    arguments: [
      (0.0, "0"), (-0.0, "-0"), (1, "1"), (-1, "-1"), (9, "9"), (10, "10"), (99, "99"), (100, "100"),
      (12_345_678, "12345678"), (9_007_199_254_740_991, "9007199254740991"), (0.1, "0.1"), (0.25, "0.25"),
      (-2.5, "-2.5"), (0.000001, "1e-06"), (1234.567891, "1234.567891"),
      (0.30000000000000004, "0.30000000000000004"),
      (.infinity, "+Inf"), (-.infinity, "-Inf"), (.nan, "NaN"), (.leastNonzeroMagnitude, "5e-324"),
      (1e22, "1e+22"),
      (1.7976931348623157e308, "1.7976931348623157e+308"), (1732168000.125, "1732168000.125"),
    ])
  func shortest(value: Double, expected: String) {
    #expect(text(value) == expected)
  }

  @Test("reads back as the same number, whatever its bits")
  func roundTrip() throws {
    let seed = UInt64.random(in: .min ... .max)
    var generator = SeededGenerator(seed: seed)
    for _ in 0..<20_000 {
      let value: Double
      switch Int.random(in: 0..<4, using: &generator) {
      case 0: value = Double(bitPattern: generator.next())
      case 1: value = Double.random(in: -1000...1000, using: &generator)
      case 2: value = Double(Int.random(in: -1_000_000...1_000_000, using: &generator)) / 1000
      default: value = Double(Int64.random(in: .min ... .max, using: &generator))
      }
      guard value.isFinite else { continue }
      #expect(Double(text(value)) == value, "seed \(seed)")
    }
  }

  @Test("is no longer than the shortest form of the standard library")
  func length() {
    var generator = SeededGenerator(seed: 7)
    for _ in 0..<5_000 {
      let value = Double(Int.random(in: 0...10_000_000, using: &generator)) / 1_000_000
      let description = value.description
      let shortest = description.hasSuffix(".0") ? String(description.dropLast(2)) : description
      #expect(text(value).count <= shortest.count)
    }
  }

  @Test(
    "is written canonically as a bound, with a point or an exponent",
    arguments: [
      (0, "0.0"), (0.001, "0.001"), (0.005, "0.005"), (0.25, "0.25"), (1, "1.0"), (2.5, "2.5"), (10, "10.0"),
      (600, "600.0"), (259_200, "259200.0"), (100_000, "100000.0"), (999_999, "999999.0"), (1e6, "1e+06"),
      (1_048_576, "1.048576e+06"), (67_108_864, "6.7108864e+07"), (1e15, "1e+15"), (1e100, "1e+100"),
      (0.0001, "0.0001"),
      (0.00001, "1e-05"), (0.000012, "1.2e-05"), (123.456, "123.456"),
    ])
  func canonical(value: Double, expected: String) {
    #expect(bound(value) == expected)
  }

  @Test("is written in full when it is a counter's integer")
  func integers() throws {
    var expected: [UInt64] = [0, 9, 10, 99, 100, 999, 1000]
    expected += (1..<19).map { exponent in (0..<exponent).reduce(UInt64(1)) { power, _ in power * 10 } }
    expected += expected.map { $0 == 0 ? 0 : $0 - 1 }
    expected.append(UInt64(Int64.max))
    for value in expected {
      let registry = try Registry()
      let counter = try registry.register(.counter("x_total", help: ""))
      counter.increment(by: value)
      #expect(registry.text().hasSuffix("x_total \(value)\n"))
    }
  }
}
