// How are numbers of messages by domain exported that the host counts itself?

import ObservabilityPlatform
import MetricInstruments

/// The collector that asks the host's source.
final class PerDomainSource: Collector {
  typealias Source = @Sendable () async throws -> [(domain: String, messages: Int)]

  static let reservedName = "per_domain"
  /// The names of the labels that its family has.
  static let labels = ["domain"]
  let name = PerDomainSource.reservedName
  var familyNames: Set<String> { [family] }
  private let family: String
  private let source = Locked<Source?>(nil)
  private static let limit = 500
  private static let other = LabelText("other")

  init(family: String) { self.family = family }

  func set(_ source: @escaping Source) {
    var source: Source? = source
    self.source.withLock { swap(&$0, &source) }
    // The one before goes with nothing locked: what it holds is the host's.
    withExtendedLifetime(source) {}
  }

  func collect() async throws -> [CollectedFamily] {
    guard let source = source.withLock({ $0 }) else { return [] }
    var totals: [LabelText: Int] = [:]
    // What has no place in the ranking; a domain that is called so as well, or the sum could fall.
    var rest = 0.0
    for (domain, messages) in try await source() where messages >= 0 && !domain.isEmpty {
      let domain = LabelText(domain)
      guard domain.text.utf8.count <= 253, domain != PerDomainSource.other else {
        rest += Double(messages)
        continue
      }
      let (sum, overflow) = totals[domain, default: 0].addingReportingOverflow(messages)
      totals[domain] = overflow ? .max : sum
    }
    let ranked = totals.sorted { left, right in
      left.value != right.value ? left.value > right.value : left.key < right.key
    }
    var samples = ranked.prefix(PerDomainSource.limit).map {
      CollectedSample(Double($0.value), ["domain": $0.key.text])
    }
    rest += ranked.dropFirst(PerDomainSource.limit).reduce(0.0) { $0 + Double($1.value) }
    if rest > 0 { samples.append(CollectedSample(rest, ["domain": PerDomainSource.other.text])) }
    return [CollectedFamily(family, .counter, help: "Messages by recipient domain.", samples: samples)]
  }
}
