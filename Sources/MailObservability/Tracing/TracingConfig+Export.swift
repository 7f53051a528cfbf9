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

  /// How requests are compressed.
  public enum Compression: Sendable, Hashable {
    /// Not at all.
    case none
    /// By the system's zlib. Where that is missing requests are not compressed, which is said in the log.
    case gzip
  }

  /// Header fields of every request, of which some may be secret: values stand in no description, dump or
  /// error.
  public struct Headers: Sendable, Hashable, ExpressibleByDictionaryLiteral, CustomStringConvertible,
    CustomDebugStringConvertible, CustomReflectable
  {
    struct Field: Sendable, Hashable {
      let name: String
      let value: String
    }

    private(set) var fields: [Field] = []

    /// None.
    public init() {}

    /// Fields by their names. Of two whose names differ in case at most the last counts.
    public init(dictionaryLiteral elements: (String, String)...) {
      for (name, value) in elements { self[name] = value }
    }

    /// The value of a field, upper and lower case being the same; nil when there is none. Setting nil removes
    /// it.
    public subscript(name: String) -> String? {
      get { fields.first { $0.isNamed(name) }?.value }
      set {
        fields.removeAll { $0.isNamed(name) }
        if let newValue { fields.append(Field(name: name, value: newValue)) }
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
    mutating func removeAll() { fields = [] }
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

  /// Where requests go, with everything about the export checked; nil when nothing is exported.
  func exportEndpoint() throws(MetricsConfigError) -> ClientEndpoint? {
    guard exporter == .otlp else { return nil }
    // The one that is wrong is named as what it was set by.
    let setting = tracesEndpoint == nil ? "endpoint" : "tracesEndpoint"
    let endpoint = try TracingConfig.endpoint(
      tracesEndpoint ?? self.endpoint, setting: names[setting] ?? setting)
    guard `protocol` == .http else {
      throw MetricsConfigError(
        .invalidSetting, setting: names["protocol"] ?? "protocol", value: "grpc",
        "needs gRPC, which the package's trait OTLPGRPC will bring; use OTLP over HTTP")
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
    // That of a socket has no path of its own.
    return tracesEndpoint == nil || endpoint.scheme == .unix ? endpoint.appending("v1/traces") : endpoint
  }

  private static func endpoint(_ text: String, setting: String) throws(MetricsConfigError) -> ClientEndpoint {
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
    guard endpoint.scheme != .https else {
      throw refused("needs TLS, which the package's trait OTLPHTTPS will bring; use http:// or unix:")
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
