// Where are spans exported to, and how?

import ObservabilityHTTP
import ObservabilityPlatform

extension TracingConfig {
  /// Who gets the spans besides ``MailTracing/route(at:)``.
  public enum Exporter: Sendable, Hashable {
    /// An OpenTelemetry collector: ``TracingConfig/endpoint``.
    case otlp
    /// Nobody: the recent traces are kept in this process alone.
    case none
  }

  /// How an OpenTelemetry collector is talked to.
  public enum ExportProtocol: Sendable, Hashable {
    /// OTLP over HTTP, with protobuf.
    case http
    /// OTLP over gRPC.
    case grpc
  }

  /// How traces are carried on from one server to the next.
  public enum Propagation: Sendable, Hashable {
    /// As W3C Trace Context has it, to and from ``TracingConfig/trustedPeers``.
    case traceContext
    /// Not at all: nobody is believed, and nobody told.
    case none
  }

  /// How requests are compressed.
  public enum Compression: Sendable, Hashable {
    /// Not at all.
    case none
    /// By the system's zlib. Where that is missing requests are not compressed, which is said in the log.
    case gzip
  }

  /// Header fields of every request, 128 at most, of which some may be secret: values stand in no description,
  /// dump or error.
  public struct Headers: Sendable, Hashable, ExpressibleByDictionaryLiteral, CustomStringConvertible,
    CustomDebugStringConvertible, CustomReflectable
  {
    struct Field: Sendable, Hashable {
      let name: String
      let value: String
    }

    /// The most fields.
    static let most = 128

    private(set) var fields: [Field] = []
    /// Whether there was no room for a field.
    private(set) var isOverfull = false

    /// None.
    public init() {}

    /// Fields by their names. Of two whose names differ in case at most the last counts.
    public init(dictionaryLiteral elements: (String, String)...) {
      for (name, value) in elements { self[name] = value }
    }

    /// The value of a field, upper and lower case being the same; nil when there is none. Setting nil removes
    /// it. Of more than 128 fields the last are not kept, and ``MetricsCollector/startTracing(_:)`` throws.
    public subscript(name: String) -> String? {
      get { fields.first { $0.isNamed(name) }?.value }
      set {
        fields.removeAll { $0.isNamed(name) }
        guard let newValue else { return }
        if fields.count < Headers.most {
          fields.append(Field(name: name, value: newValue))
        } else {
          isOverfull = true
        }
      }
    }

    /// The names, and `***` for values.
    public var description: String {
      "[" + fields.map { "\($0.name): ***" }.joined(separator: ", ") + "]"
    }
    /// The same as ``description``.
    public var debugDescription: String { description }
    /// The names alone.
    public var customMirror: Mirror { Mirror(self, children: fields.map { (label: $0.name, value: "***") }) }

    /// Removes every field.
    mutating func removeAll() { self = Headers() }
  }
}

extension TracingConfig.Headers.Field {
  fileprivate func isNamed(_ other: String) -> Bool {
    name.utf8.elementsEqual(other.utf8) || name.lowercased() == other.lowercased()
  }
}

extension TracingConfig {
  /// The largest queue, in spans.
  static let largestQueue = 1 << 16
  static let largestTimeout = Duration.seconds(3600)
  /// What is said of the server goes with every request.
  static let largestResource = (attributes: 1024, bytes: 65_536)

  /// Why these cannot be said with every request; nil when they can.
  static func fault(ofResource attributes: [String: String]) -> String? {
    guard attributes.count <= largestResource.attributes else {
      return "has more than \(largestResource.attributes) attributes"
    }
    let bytes = attributes.reduce(0) { $0 + $1.key.utf8.count + $1.value.utf8.count }
    return bytes <= largestResource.bytes
      ? nil : "has more than \(largestResource.bytes) bytes of names and values"
  }

  /// The collector beside the server, by the protocol.
  static func defaultEndpoint(_ protocol: ExportProtocol) -> String {
    switch `protocol` {
    case .http: "http://localhost:4318"
    case .grpc: "http://localhost:4317"
    }
  }

  /// Where requests go, with everything about the export checked; nil when nothing is exported.
  func exportEndpoint() throws(MetricsConfigError) -> ClientEndpoint? {
    guard exporter == .otlp else { return nil }
    if `protocol` == .grpc, !has(.grpc) {
      throw MetricsConfigError(
        .invalidSetting, setting: names["protocol"] ?? "protocol", value: "grpc",
        "needs gRPC: with the package's trait OTLPGRPC, import MailObservabilityOTLPGRPC and hand over .grpc among the "
          + "transports; or use OTLP over HTTP")
    }
    // The one that is wrong is named as what it was set by.
    let setting = tracesEndpoint == nil ? "endpoint" : "tracesEndpoint"
    let endpoint = try endpoint(tracesEndpoint ?? self.endpoint, setting: names[setting] ?? setting)
    guard !headers.isOverfull else {
      throw MetricsConfigError(
        .invalidSetting, setting: names["headers"] ?? "headers", value: "***",
        "has more than \(Headers.most) fields")
    }
    for field in headers.fields {
      if let fault = ClientRequest.fault(ofField: field.name, value: field.value) {
        throw MetricsConfigError(
          .invalidSetting, setting: names["headers"] ?? "headers", value: "***", "cannot be sent: \(fault)")
      }
    }
    try check("queueSize", queueSize, 1...TracingConfig.largestQueue)
    try check("batchSize", batchSize, 1...queueSize)
    try check("exportTimeout", exportTimeout, .milliseconds(1))
    try check("batchDelay", batchDelay, .zero)
    guard `protocol` == .http else { return endpoint }
    // That of a socket has no path of its own.
    return tracesEndpoint == nil || endpoint.scheme == .unix ? endpoint.appending("v1/traces") : endpoint
  }

  private func has(_ kind: ExportTransport.Kind) -> Bool { transports.contains { $0.kind == kind } }

  private func endpoint(_ text: String, setting: String) throws(MetricsConfigError) -> ClientEndpoint {
    // A password may stand before the @ and a key behind the question mark.
    let isOpen = !text.utf8.contains { $0 == UInt8(ascii: "@") || $0 == UInt8(ascii: "?") }
    func refused(_ problem: String) -> MetricsConfigError {
      MetricsConfigError(.invalidSetting, setting: setting, value: isOpen ? text : "***", problem)
    }
    let endpoint: ClientEndpoint
    do throws(ClientEndpoint.Failure) {
      endpoint = try ClientEndpoint(text)
    } catch {
      // What it quotes may be the secret part.
      let reason = isOpen ? error.description[...] : error.description.prefix { $0 != "\"" }
      throw refused("cannot be used: \(reason)")
    }
    if `protocol` == .grpc {
      // The path of a request by gRPC is that of the method.
      guard endpoint.path == "/", endpoint.query == nil else {
        throw refused("has a path, which gRPC has no use for; expected http://host:port or https://host:port")
      }
    } else if endpoint.scheme == .https, !has(.https) {
      throw refused(
        "needs TLS: with the package's trait OTLPTLS, import MailObservabilityOTLPTLS and hand over .tls among the "
          + "transports; or use http:// or unix:")
    }
    return endpoint
  }

  private func check(
    _ setting: String, _ value: Int, _ range: ClosedRange<Int>
  ) throws(MetricsConfigError) {
    guard !range.contains(value) else { return }
    throw MetricsConfigError(
      .invalidSetting, setting: names[setting] ?? setting, value: "\(value)",
      "is none of \(range.lowerBound) to \(range.upperBound)")
  }

  private func check(
    _ setting: String, _ value: Duration, _ least: Duration
  ) throws(MetricsConfigError) {
    guard value < least || value > TracingConfig.largestTimeout else { return }
    throw MetricsConfigError(
      .invalidSetting, setting: names[setting] ?? setting, value: "\(value.seconds) seconds",
      "is less than \(least.seconds) seconds or more than an hour")
  }
}
