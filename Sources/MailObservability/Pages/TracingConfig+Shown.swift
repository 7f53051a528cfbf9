// How is each setting of tracing shown?

import ObservabilityEndpoints
import TraceSpans

extension TracingConfig {
  /// Every setting as it is in force. Nothing of a secret is in it.
  var shownRows: [ShownRow] {
    Self.entries.map { $0.row(of: self, defaults: TracingConfig(serviceName: ""), read: asRead) }
  }

  private typealias Entry = SettingEntry<TracingConfig>

  static var entries: [SettingEntry<TracingConfig>] { spans + export }

  private static var spans: [Entry] {
    [
      Entry("enabled", \.enabled, Shown.text),
      Entry("serviceName", \.serviceName) { $0 },
      Entry("sampling", \.sampling, \.shown),
      Entry("alwaysKeep", \.alwaysKeep) { $0.map(\.shown) ?? "none" },
      Entry("addresses", \.addresses, \.shown),
      Entry("trustedPeers", \.trustedPeers) { Shown.list($0.map(\.description)) },
      Entry("propagation", \.propagation) { $0 == .none ? "none" : "W3C Trace Context" },
      Entry("limits") { config in
        let limits = config.limits
        return "attributes \(limits.attributes), events \(limits.events), links \(limits.links), of events "
          + "\(limits.eventAttributes), of links \(limits.linkAttributes), bytes of a value \(limits.valueLength)"
      },
      Entry("recentTraceBytes", \.recentTraceBytes) { "\($0)" },
    ]
  }

  private static var export: [Entry] {
    [
      Entry("exporter", \.exporter) { $0 == .otlp ? "OTLP" : "none" },
      Entry("endpoint", \.endpoint, SecretText.text),
      Entry("tracesEndpoint", \.tracesEndpoint) { $0.map(SecretText.text) ?? "none" },
      Entry("protocol", \.protocol) { $0 == .grpc ? "gRPC" : "HTTP" },
      Entry("transports") { Shown.list($0.transports.map { "\($0.kind)" }) },
      Entry("tls", \.tls) { tls in
        func text(_ pem: PEM?) -> String { pem.map(\.description) ?? "none" }
        return "trust roots \(text(tls.trustRoots)), certificates \(text(tls.certificates)), private key "
          + "\(text(tls.privateKey)), server name \(tls.serverName ?? "that of the endpoint")"
      },
      // The names alone.
      Entry("headers", \.headers) { Shown.list($0.fields.map(\.name)) },
      Entry("compression", \.compression) { $0 == .gzip ? "gzip" : "none" },
      Entry("exportTimeout", \.exportTimeout, Shown.text),
      Entry("batchDelay", \.batchDelay, Shown.text),
      Entry("batchSize", \.batchSize) { "\($0)" },
      Entry("queueSize", \.queueSize) { "\($0)" },
      Entry("resourceAttributes", \.resourceAttributes) { attributes in
        Shown.list(
          attributes.sorted { $0.key < $1.key }.map {
            "\($0.key)=\(SecretText.value($0.value, named: $0.key))"
          })
      }.whole,
    ]
  }

  /// Which variables a setting may have come from; where ``names`` does not say which.
  private static let candidates: [String: [String]] = [
    "enabled": ["OTEL_SDK_DISABLED"],
    "sampling": ["OTEL_TRACES_SAMPLER", "OTEL_TRACES_SAMPLER_ARG"], "propagation": ["OTEL_PROPAGATORS"],
    "limits": [
      "OTEL_SPAN_ATTRIBUTE_COUNT_LIMIT", "OTEL_ATTRIBUTE_COUNT_LIMIT", "OTEL_EVENT_ATTRIBUTE_COUNT_LIMIT",
      "OTEL_LINK_ATTRIBUTE_COUNT_LIMIT", "OTEL_SPAN_ATTRIBUTE_VALUE_LENGTH_LIMIT",
      "OTEL_ATTRIBUTE_VALUE_LENGTH_LIMIT", "OTEL_SPAN_EVENT_COUNT_LIMIT", "OTEL_SPAN_LINK_COUNT_LIMIT",
    ],
    "exporter": ["OTEL_TRACES_EXPORTER"], "resourceAttributes": ["OTEL_RESOURCE_ATTRIBUTES"],
    "compression": ["OTEL_EXPORTER_OTLP_TRACES_COMPRESSION", "OTEL_EXPORTER_OTLP_COMPRESSION"],
    "tls": [
      "OTEL_EXPORTER_OTLP_TRACES_CERTIFICATE", "OTEL_EXPORTER_OTLP_CERTIFICATE",
      "OTEL_EXPORTER_OTLP_TRACES_CLIENT_KEY", "OTEL_EXPORTER_OTLP_CLIENT_KEY",
      "OTEL_EXPORTER_OTLP_TRACES_CLIENT_CERTIFICATE", "OTEL_EXPORTER_OTLP_CLIENT_CERTIFICATE",
    ],
  ]

  /// Notes what the environment has said, to be told from what code changes later.
  mutating func noteRead(_ variables: EnvironmentVariables) {
    var found = names.mapValues { [$0] }
    for (setting, candidates) in Self.candidates where found[setting] == nil {
      let set = candidates.filter { variables.isSet($0) }
      if !set.isEmpty { found[setting] = set }
    }
    // Both together are one setting, of which the first is in force.
    asRead = ReadSettings(self, found)
  }
}

extension TraceSampler {
  /// The samplers that have names, by them.
  fileprivate var shown: String {
    if self == .alwaysOn { return "always on" }
    if self == .alwaysOff { return "always off" }
    let share = rootShare.map { "\(($0 * 1e6).rounded() / 1e6)" }
    return share.map { "of traces that begin here a share of \($0)" } ?? "by rules of its own"
  }
}

extension KeptTraces {
  fileprivate var shown: String {
    let slow = slowerThan.map { "from \(Shown.text($0)) on" }
    return Shown.list((withErrors ? ["with errors"] : []) + (slow.map { [$0] } ?? []))
  }
}

extension TracingConfig.Addresses {
  /// The key is nothing for a page.
  fileprivate var shown: String {
    switch rule {
    case .domain: "domain"
    case .hashed(let key): key == nil ? "hashed by a key of the process" : "hashed by a key that was given"
    case .full: "full"
    }
  }
}
