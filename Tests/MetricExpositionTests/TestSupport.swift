// What do several tests of the exposition use?

@testable import MetricExposition
import MetricInstruments

extension Registry {
  /// The registry's exposition as a string, without the two families about the registry itself.
  func text(_ format: ExpositionFormat = .text, collected: [CollectedFamily] = []) -> String {
    let own = families.filter { !$0.descriptor.name.contains("observability_") }
    return exposition(GatheredMetrics(registered: own, collected: checked(collected)), format)
  }
}

/// The families as encoders take them; those that cannot be shown are left out.
func checked(_ families: [CollectedFamily]) -> [CheckedFamily] {
  families.compactMap { try? CheckedFamily($0, allowingUTF8: true) }
}

extension CollectedFamily {
  /// Why the family cannot be shown, or nil.
  func problem(allowingUTF8: Bool) -> String? {
    do throws(CollectedFamilyError) {
      _ = try CheckedFamily(self, allowingUTF8: allowingUTF8)
      return nil
    } catch {
      return error.description
    }
  }
}

/// Encodes in one go.
func exposition(_ metrics: GatheredMetrics, _ format: ExpositionFormat) -> String {
  var buffer = OutputBuffer(capacity: 256)
  var encoder = TextEncoder(metrics, format: format)
  let hasMore = encoder.encode(to: &buffer)
  precondition(!hasMore)
  return String(decoding: buffer.bytes, as: UTF8.self)
}

enum Colour: String, ClosedLabel { case red, green }

extension Registry {
  /// The registry's JSON form, without the two families about the registry itself.
  func json() -> String {
    MetricExpositionTests.json(
      GatheredMetrics(registered: families.filter { !$0.descriptor.name.contains("observability_") }))
  }
}

/// Encodes in one go.
func json(_ metrics: GatheredMetrics) -> String {
  var buffer = OutputBuffer(capacity: 256)
  var encoder = MetricsJSONEncoder(metrics)
  let hasMore = encoder.encode(to: &buffer)
  precondition(!hasMore)
  return String(decoding: buffer.bytes, as: UTF8.self)
}
