// Numbers of messages by domain that the host counts itself.

import ObservabilityPlatform
import MetricInstruments

extension MetricsCollector {
  /// Has `messages_per_domain_total` read from the host at each scrape, in place of what is recorded into
  /// `mail.messagesPerDomain`: recordings there are refused from now on, and counted as `removed_series`.
  ///
  /// - Parameter source: returns domains and numbers of messages, which must only grow. It may suspend and throw. Of
  ///   more than 500 domains the largest are kept and the rest are added up under `other`; what is negative or has no
  ///   domain is left out. A later call replaces the source.
  public func setPerDomainSource(
    _ source: @escaping @Sendable () async throws -> [(domain: String, messages: Int)]
  ) {
    registry.unregister("messages_per_domain_total")
    perDomain.set(source)
    // Fails when the collector is there already, which is what a later call finds.
    try? registry.add(perDomain)
  }
}

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
