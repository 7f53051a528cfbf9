// How are numbers of messages by domain exported that the host counts itself?

import ObservabilityPlatform
import MetricInstruments

/// The collector that asks the host's source.
final class PerDomainSource: Collector {
  typealias Source = @Sendable () async throws -> [(domain: String, messages: Int)]

  let name = "per_domain"
  private let family: String
  private let source = Locked<Source?>(nil)
  private static let limit = 500

  init(family: String) { self.family = family }

  func set(_ source: @escaping Source) { self.source.withLock { $0 = source } }

  func collect() async throws -> [CollectedFamily] {
    guard let source = source.withLock({ $0 }) else { return [] }
    var totals: [String: Int] = [:]
    for (domain, messages) in try await source() where messages >= 0 && !domain.isEmpty {
      let domain = domain.utf8.count <= 253 ? domain : "other"
      let (sum, overflow) = totals[domain, default: 0].addingReportingOverflow(messages)
      totals[domain] = overflow ? .max : sum
    }
    let ranked = totals.sorted { left, right in
      left.value != right.value ? left.value > right.value : left.key < right.key
    }
    var samples: [CollectedSample] = []
    for (domain, messages) in ranked.prefix(PerDomainSource.limit) {
      samples.append(CollectedSample(Double(messages), ["domain": domain]))
    }
    let rest = ranked.dropFirst(PerDomainSource.limit).reduce(0.0) { $0 + Double($1.value) }
    if rest > 0 {
      if let index = samples.firstIndex(where: { $0.labels.first?.value == "other" }) {
        samples[index].value += rest
      } else {
        samples.append(CollectedSample(rest, ["domain": "other"]))
      }
    }
    return [CollectedFamily(family, .counter, help: "Messages by recipient domain.", samples: samples)]
  }
}
