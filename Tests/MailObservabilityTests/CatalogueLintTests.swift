// Would the linter let the catalogue pass, of a server that has used all of it?

@testable import MailObservability
import MetricInstruments
import MetricParsing
import Testing

@Suite("The linter, of the catalogue")
struct CatalogueLintTests {
  @Test("finds nothing before anything was recorded", arguments: ExpositionParser.Format.allCases)
  func fresh(_ format: ExpositionParser.Format) async throws {
    let metrics = try MetricsCollector(version: "1.4.0")
    #expect(try await findings(metrics, format) == [])
  }

  @Test("finds nothing when every family has moved", arguments: ExpositionParser.Format.allCases)
  func filled(_ format: ExpositionParser.Format) async throws {
    let metrics = try MetricsCollector(version: "1.4.0")
    touchBounded(Mirror(reflecting: metrics), depth: 0)
    for family in metrics.registry.families {
      switch family.read() {
      case .counters(let series): series.forEach { $0.increment(by: 3) }
      case .gauges(let series): series.forEach { $0.set(7.5) }
      case .histograms(let series):
        // Whole numbers where those are counted.
        let bounds = Array(family.descriptor.bounds.values)
        series.forEach { histogram in for bound in bounds { histogram.observe(bound) } }
      case .variables, .info, .stateSet: break
      }
    }
    let exposition = try await exposition(metrics, format)
    let unmoved = exposition.families.filter { $0.samples.isEmpty }.map(\.name)
    #expect(unmoved == [] && exposition.families.count > 80)
    #expect(try await findings(metrics, format) == [])
  }

  /// Gives each family with values that are named at run time two of them.
  private func touchBounded(_ mirror: Mirror, depth: Int) {
    guard depth < 4 else { return }
    for child in mirror.children {
      switch child.value {
      case let family as BoundedFamily<Counter, String>:
        for value in ["one", "two"] { family[value].increment() }
      case let family as BoundedFamily<Gauge, String>: for value in ["one", "two"] { family[value].set(1) }
      case let family as BoundedFamily<Histogram, String>:
        for value in ["one", "two"] { family[value].observe(1) }
      case let family as BoundedFamily<Counter, (String, String)>:
        for value in ["one", "two"] { family[value, "200"].increment() }
      default: touchBounded(Mirror(reflecting: child.value), depth: depth + 1)
      }
    }
  }

  private func findings(
    _ metrics: MetricsCollector, _ format: ExpositionParser.Format
  ) async throws -> [String] {
    MetricLinter().findings(in: try await exposition(metrics, format)).map(\.description)
  }

  private func exposition(
    _ metrics: MetricsCollector, _ format: ExpositionParser.Format
  ) async throws -> ParsedExposition {
    let text = await metrics.registry.text(format == .openMetrics ? .openMetrics : .prometheus)
    return try ParsedExposition(text, format)
  }
}
