// What do the variables of OpenTelemetry say?

import ObservabilityPlatform
import TraceSpans

extension TracingConfig {
  /// The settings that the `OTEL_` variables of the environment ask for, and the defaults for the rest.
  ///
  /// Read are `OTEL_SDK_DISABLED`, `OTEL_SERVICE_NAME`, `OTEL_RESOURCE_ATTRIBUTES`, `OTEL_TRACES_SAMPLER` and
  /// `_ARG`, `OTEL_TRACES_EXPORTER`, `OTEL_PROPAGATORS`, `OTEL_BSP_…`, the limits of spans, and of
  /// `OTEL_EXPORTER_OTLP_…` and `OTEL_EXPORTER_OTLP_TRACES_…`, which goes before: endpoint, protocol,
  /// headers, timeout and compression. An empty variable is none.
  ///
  /// A number, a name, a truth value or a list of resource attributes that makes no sense is left out, as the
  /// specification has it; ``log`` hears of it when tracing is started. Upper and lower case of names are the
  /// same. Where `OTEL_SDK_DISABLED` is true no other variable is read.
  ///
  /// - Parameters:
  ///   - environment: the variables; nil for those of the process.
  ///   - serviceName: what the server is called where the variables do not say.
  /// - Throws: ``MetricsConfigError``, which names the variable, for an endpoint or a list of headers that
  ///   cannot be read, and for what the package cannot do: TLS and gRPC.
  ///
  /// Source: OpenTelemetry, "Environment Variable Specification" and "OTLP exporter configuration".
  public init(
    environment: [String: String]?, serviceName: String = "unknown_service"
  ) throws(MetricsConfigError) {
    self.init(serviceName: serviceName)
    var variables = OTelVariables(environment)
    enabled = !variables.isTrue("OTEL_SDK_DISABLED")
    // Whatever the others say, it is for nobody.
    guard enabled else { return }
    readResource(&variables)
    readSampling(&variables)
    readLimits(&variables)
    readPropagators(&variables)
    readExporter(&variables)
    if exporter == .otlp { try readExport(&variables) }
    warnings = variables.warnings
    try validate()
  }

  private mutating func readResource(_ variables: inout OTelVariables) {
    let name = "OTEL_RESOURCE_ATTRIBUTES"
    if let pairs = variables.pairs(name) {
      for (key, value) in pairs where key != "service.name" { resourceAttributes[key] = value }
      if let named = pairs.last(where: { $0.0 == "service.name" && !$0.1.isEmpty }) { serviceName = named.1 }
    } else {
      variables.warn(name, "\(OTelVariables.noPairs), and left out as a whole")
    }
    if let name = variables["OTEL_SERVICE_NAME"] { serviceName = name }
  }

  private mutating func readSampling(_ variables: inout OTelVariables) {
    func ratio(_ variables: inout OTelVariables) -> TraceSampler {
      let name = "OTEL_TRACES_SAMPLER_ARG"
      guard let text = variables[name] else { return .ratio(1) }
      if let ratio = Double(text), (0...1).contains(ratio) { return .ratio(ratio) }
      variables.warn(name, "is no number from 0 to 1; everything is sampled")
      return .ratio(1)
    }
    let name = "OTEL_TRACES_SAMPLER"
    switch variables[name]?.lowercased() {
    case nil: break
    case "always_on": sampling = .alwaysOn
    case "always_off": sampling = .alwaysOff
    case "traceidratio": sampling = ratio(&variables)
    case "parentbased_always_on": sampling = .parentBased(.alwaysOn)
    case "parentbased_always_off": sampling = .parentBased(.alwaysOff)
    case "parentbased_traceidratio": sampling = .parentBased(ratio(&variables))
    default: variables.warn(name, "is no sampler that there is here; it is parentbased_always_on")
    }
  }

  private mutating func readLimits(_ variables: inout OTelVariables) {
    func read(_ names: [String], _ set: (Int) -> Void) {
      if let (value, _) = variables.number(names) { set(value) }
    }
    read(["OTEL_SPAN_ATTRIBUTE_COUNT_LIMIT", "OTEL_ATTRIBUTE_COUNT_LIMIT"]) { limits.attributes = $0 }
    read(["OTEL_SPAN_ATTRIBUTE_VALUE_LENGTH_LIMIT", "OTEL_ATTRIBUTE_VALUE_LENGTH_LIMIT"]) {
      limits.valueLength = $0
    }
    read(["OTEL_SPAN_EVENT_COUNT_LIMIT"]) { limits.events = $0 }
    read(["OTEL_SPAN_LINK_COUNT_LIMIT"]) { limits.links = $0 }
  }

  private func readPropagators(_ variables: inout OTelVariables) {
    let name = "OTEL_PROPAGATORS"
    guard let text = variables[name] else { return }
    for propagator in OTelVariables.list(text) where propagator.lowercased() != "tracecontext" {
      // By itself it would be the default, with which nobody has asked for anything.
      variables.warn(
        name, "asks for \(propagator.oneLine(atMost: 64)); only tracecontext is carried on", value: nil)
    }
  }

  private mutating func readExporter(_ variables: inout OTelVariables) {
    let name = "OTEL_TRACES_EXPORTER"
    guard let text = variables[name] else { return }
    var isNone = false
    var isOTLP = false
    for exporter in OTelVariables.list(text) {
      switch exporter.lowercased() {
      case "otlp": isOTLP = true
      case "none": isNone = true
      default:
        variables.warn(
          name, "has \(exporter.oneLine(atMost: 64)), which is not here; there is otlp", value: nil)
      }
    }
    exporter = isNone && !isOTLP ? .none : .otlp
  }

  private mutating func readExport(_ variables: inout OTelVariables) throws(MetricsConfigError) {
    func names(_ name: String) -> [String] {
      ["OTEL_EXPORTER_OTLP_TRACES_\(name)", "OTEL_EXPORTER_OTLP_\(name)"]
    }
    if let (text, name) = variables.first(names("ENDPOINT")) {
      if name.contains("_TRACES_") { tracesEndpoint = text } else { endpoint = text }
      self.names[name.contains("_TRACES_") ? "tracesEndpoint" : "endpoint"] = name
    }
    if let (text, name) = variables.first(names("PROTOCOL")) {
      self.names["protocol"] = name
      switch text.lowercased() {
      case "http/protobuf": `protocol` = .http
      case "grpc": `protocol` = .grpc
      default: variables.warn(name, "is no protocol that is spoken here; it is http/protobuf")
      }
    }
    if let (_, name) = variables.first(names("HEADERS")) {
      self.names["headers"] = name
      guard let pairs = variables.pairs(name) else {
        throw MetricsConfigError(.invalidSetting, setting: name, value: "***", OTelVariables.noPairs)
      }
      for (key, value) in pairs { headers[key] = value }
    }
    if let (text, name) = variables.first(names("COMPRESSION")) {
      switch text.lowercased() {
      case "gzip": compression = .gzip
      case "none": compression = .none
      default: variables.warn(name, "is no compression that there is here; there is none")
      }
    }
    readBatching(&variables, timeout: names("TIMEOUT"))
  }

  private mutating func readBatching(_ variables: inout OTelVariables, timeout: [String]) {
    // Without a limit, which 0 stands for, is as long as there is.
    func limit(_ milliseconds: Int) -> Duration {
      milliseconds == 0 ? TracingConfig.largestTimeout : .milliseconds(milliseconds)
    }
    if let (value, name) = variables.number(timeout, 0...3_600_000) {
      exportTimeout = limit(value)
      names["exportTimeout"] = name
    }
    // Two limits on one thing: the nearer one counts.
    if let (value, _) = variables.number(["OTEL_BSP_EXPORT_TIMEOUT"], 0...3_600_000) {
      exportTimeout = min(exportTimeout, limit(value))
    }
    if let (value, name) = variables.number(["OTEL_BSP_SCHEDULE_DELAY"], 0...3_600_000) {
      batchDelay = .milliseconds(value)
      names["batchDelay"] = name
    }
    if let (value, name) = variables.number(["OTEL_BSP_MAX_QUEUE_SIZE"], 1...TracingConfig.largestQueue) {
      queueSize = value
      names["queueSize"] = name
    }
    if let (value, name) = variables.number(
      ["OTEL_BSP_MAX_EXPORT_BATCH_SIZE"], 1...TracingConfig.largestQueue)
    {
      batchSize = value
      names["batchSize"] = name
    }
    if batchSize > queueSize {
      if names["batchSize"] != nil {
        variables.warn("OTEL_BSP_MAX_EXPORT_BATCH_SIZE", "is more than the queue holds: \(queueSize)")
      }
      batchSize = queueSize
    }
  }
}

/// The variables, and what is to be said of them.
struct OTelVariables {
  private let environment: [String: String]?
  private(set) var warnings: [String] = []

  init(_ environment: [String: String]?) { self.environment = environment }

  /// The value of a variable, without white space around it; nil when it is not set, or empty.
  subscript(name: String) -> String? {
    let value =
      if let environment { environment[name] } else { getenv(name).map { String(cString: $0) } }
    guard let value else { return nil }
    let text = OTelVariables.trimmed(value[...])
    return text.isEmpty ? nil : String(text)
  }

  /// The first variable that is set, and its name.
  func first(_ names: [String]) -> (value: String, name: String)? {
    for name in names {
      if let value = self[name] { return (value, name) }
    }
    return nil
  }

  mutating func isTrue(_ name: String) -> Bool {
    guard let text = self[name]?.lowercased() else { return false }
    if text != "true", text != "false" { warn(name, "is neither true nor false, and taken for false") }
    return text == "true"
  }

  mutating func number(_ names: [String], _ range: ClosedRange<Int> = 0...Int.max) -> (
    value: Int, name: String
  )? {
    for name in names {
      guard let text = self[name] else { continue }
      if let value = Int(text), range.contains(value) { return (value, name) }
      warn(
        name,
        range.upperBound == .max
          ? "is no number, and left out"
          : "is no number from \(range.lowerBound) to \(range.upperBound), and left out")
    }
    return nil
  }

  /// Why there are no pairs.
  static let noPairs = "is no list of percent-encoded names and values: key=value,other=value"

  /// Names and values, both percent-encoded: `key=value,other=value`; nil where they cannot be read.
  func pairs(_ name: String) -> [(String, String)]? {
    guard let text = self[name] else { return [] }
    var pairs: [(String, String)] = []
    for member in text.split(separator: ",", omittingEmptySubsequences: false) {
      let member = OTelVariables.trimmed(member)
      guard !member.isEmpty else { continue }
      guard let sign = member.firstIndex(of: "="),
        let key = OTelVariables.decoded(member[..<sign]), !key.isEmpty,
        let value = OTelVariables.decoded(member[member.index(after: sign)...])
      else { return nil }
      pairs.append((key, value))
    }
    return pairs
  }

  static func list(_ text: String) -> [String] {
    text.split(separator: ",").map { String(trimmed($0)) }.filter { !$0.isEmpty }
  }

  mutating func warn(_ name: String, _ problem: String) {
    warn(name, problem, value: self[name])
  }

  mutating func warn(_ name: String, _ problem: String, value: String?) {
    let value = value.map { " \"\($0.oneLine(atMost: 256))\"" } ?? ""
    warnings.append("\(name)\(value): \(problem)")
  }

  private static func trimmed(_ text: Substring) -> Substring {
    func isSpace(_ character: Character) -> Bool {
      character == " " || character == "\t" || character.isNewline
    }
    guard let first = text.firstIndex(where: { !isSpace($0) }),
      let last = text.lastIndex(where: { !isSpace($0) })
    else { return "" }
    return text[first...last]
  }

  /// Nil when a percent sign stands before no two hexadecimal digits, or the bytes are no UTF-8.
  private static func decoded(_ text: Substring) -> String? {
    let encoded = Array(trimmed(text).utf8)
    var bytes: [UInt8] = []
    var index = 0
    while index < encoded.count {
      guard encoded[index] == UInt8(ascii: "%") else {
        bytes.append(encoded[index])
        index += 1
        continue
      }
      guard index + 2 < encoded.count,
        let byte = UInt8(String(decoding: encoded[(index + 1)...(index + 2)], as: UTF8.self), radix: 16),
        encoded[index + 1] != UInt8(ascii: "+"), encoded[index + 1] != UInt8(ascii: "-")
      else { return nil }
      bytes.append(byte)
      index += 3
    }
    return String(validating: bytes, as: UTF8.self)
  }
}
