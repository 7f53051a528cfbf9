// What do the variables of OpenTelemetry say?

import OTLPExport
import ObservabilityPlatform
import TraceSpans

extension TracingConfig {
  /// The settings that the `OTEL_` variables of the environment ask for, and the defaults for the rest.
  ///
  /// Read are `OTEL_SDK_DISABLED`, `OTEL_SERVICE_NAME`, `OTEL_RESOURCE_ATTRIBUTES`, `OTEL_TRACES_SAMPLER` and
  /// `_ARG`, `OTEL_TRACES_EXPORTER`, `OTEL_PROPAGATORS`, `OTEL_BSP_…`, the limits of spans, events and links, and
  /// of `OTEL_EXPORTER_OTLP_…` and `OTEL_EXPORTER_OTLP_TRACES_…`, which goes before: endpoint, protocol,
  /// headers, timeout, compression, certificate, client key and client certificate. An empty variable is none.
  ///
  /// A number, a name, a truth value or a list of resource attributes that makes no sense is left out, as the
  /// specification has it, and a number that is larger than there is room for is taken for the largest there is;
  /// ``log`` hears of both when tracing is started. Upper and lower case of names are the same. Where
  /// `OTEL_SDK_DISABLED` is true no other variable is read.
  ///
  /// - Parameters:
  ///   - environment: the variables; nil for those of the process.
  ///   - serviceName: what the server is called where the variables do not say; nil for `unknown_service:` and the
  ///     name of the program.
  ///   - transports: as ``transports``: what the variables may ask for besides plain HTTP.
  /// - Throws: ``MetricsConfigError``, which names the variable, for an endpoint or a list of headers that
  ///   cannot be read, and for TLS and gRPC without a transport for it.
  ///
  /// Source: OpenTelemetry, "Environment Variable Specification", "Common Configuration Specification" and "OTLP
  /// exporter configuration".
  public init(
    environment: [String: String]?, serviceName: String? = nil, transports: [ExportTransport] = []
  ) throws(MetricsConfigError) {
    try self.init(EnvironmentVariables(environment), serviceName: serviceName, transports: transports)
  }

  init(
    _ variables: EnvironmentVariables, serviceName: String? = nil, transports: [ExportTransport] = []
  ) throws(MetricsConfigError) {
    self.init(serviceName: serviceName ?? OTLPResource.unknownServiceName)
    self.transports = transports
    var variables = variables
    enabled = !variables.isTrue("OTEL_SDK_DISABLED")
    // Whatever the others say, it is for nobody.
    guard enabled else {
      noteRead(variables)
      return
    }
    readResource(&variables)
    readSampling(&variables)
    readLimits(&variables)
    readPropagators(&variables)
    readExporter(&variables)
    if exporter == .otlp { try readExport(&variables) }
    warnings = variables.warnings
    try validate()
    noteRead(variables)
  }

  private mutating func readResource(_ variables: inout EnvironmentVariables) {
    let name = "OTEL_RESOURCE_ATTRIBUTES"
    let pairs = variables.pairs(name)
    let attributes = Dictionary(pairs ?? []) { _, last in last }
    if pairs == nil {
      variables.warn(name, "\(EnvironmentVariables.noPairs), and left out as a whole")
    } else if let fault = TracingConfig.fault(ofResource: attributes) {
      variables.warn(name, "\(fault), and is left out as a whole", value: nil)
    } else {
      resourceAttributes = attributes.filter { $0.key != "service.name" }
      if let named = pairs?.last(where: { $0.0 == "service.name" && !$0.1.isEmpty }) {
        serviceName = named.1
        names["serviceName"] = name
      }
    }
    if let value = variables.value("OTEL_SERVICE_NAME") {
      serviceName = value
      names["serviceName"] = "OTEL_SERVICE_NAME"
    }
  }

  private mutating func readSampling(_ variables: inout EnvironmentVariables) {
    func ratio(_ variables: inout EnvironmentVariables) -> TraceSampler {
      let name = "OTEL_TRACES_SAMPLER_ARG"
      guard let text = variables.value(name) else { return .ratio(1) }
      if let ratio = Double(text), (0...1).contains(ratio) { return .ratio(ratio) }
      variables.warn(name, "is no number from 0 to 1; everything is sampled")
      return .ratio(1)
    }
    let name = "OTEL_TRACES_SAMPLER"
    switch variables.value(name)?.lowercased() {
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

  private mutating func readLimits(_ variables: inout EnvironmentVariables) {
    func read(_ names: [String], atMost most: Int = SpanLimits.largestCount, _ set: (Int) -> Void) {
      if let (value, _) = variables.number(names, 0...most) { set(value) }
    }
    // Where there is none for the one or the other, that for all of them counts.
    let general = "OTEL_ATTRIBUTE_COUNT_LIMIT"
    read(["OTEL_SPAN_ATTRIBUTE_COUNT_LIMIT", general]) { limits.attributes = $0 }
    read(["OTEL_EVENT_ATTRIBUTE_COUNT_LIMIT", general]) { limits.eventAttributes = $0 }
    read(["OTEL_LINK_ATTRIBUTE_COUNT_LIMIT", general]) { limits.linkAttributes = $0 }
    read(
      ["OTEL_SPAN_ATTRIBUTE_VALUE_LENGTH_LIMIT", "OTEL_ATTRIBUTE_VALUE_LENGTH_LIMIT"],
      atMost: SpanLimits.largestLength
    ) { limits.valueLength = $0 }
    read(["OTEL_SPAN_EVENT_COUNT_LIMIT"]) { limits.events = $0 }
    read(["OTEL_SPAN_LINK_COUNT_LIMIT"]) { limits.links = $0 }
  }

  private mutating func readPropagators(_ variables: inout EnvironmentVariables) {
    let name = "OTEL_PROPAGATORS"
    guard let text = variables.value(name) else { return }
    let propagators = EnvironmentVariables.list(text)
    guard !propagators.allSatisfy({ $0.lowercased() == "none" }) else {
      propagation = .none
      return
    }
    for propagator in propagators where propagator.lowercased() != "tracecontext" {
      // By itself it would be the default, with which nobody has asked for anything.
      variables.warn(
        name, "asks for \(propagator.oneLine(atMost: 64)); only tracecontext is carried on", value: nil)
    }
  }

  private mutating func readExporter(_ variables: inout EnvironmentVariables) {
    let name = "OTEL_TRACES_EXPORTER"
    guard let text = variables.value(name) else { return }
    var isNone = false
    var isOTLP = false
    for exporter in EnvironmentVariables.list(text) {
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

  private mutating func readExport(_ variables: inout EnvironmentVariables) throws(MetricsConfigError) {
    func names(_ name: String) -> [String] {
      ["OTEL_EXPORTER_OTLP_TRACES_\(name)", "OTEL_EXPORTER_OTLP_\(name)"]
    }
    if let (text, name) = try variables.needed(names("ENDPOINT")) {
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
    if let (_, name) = try variables.needed(names("HEADERS")) {
      self.names["headers"] = name
      guard let pairs = variables.pairs(name) else {
        throw MetricsConfigError(.invalidSetting, setting: name, value: "***", EnvironmentVariables.noPairs)
      }
      for (key, value) in pairs { headers[key] = value }
    }
    try readCertificates(&variables, names)
    if let (text, name) = variables.first(names("COMPRESSION")) {
      switch text.lowercased() {
      case "gzip": compression = .gzip
      case "none": compression = .none
      default: variables.warn(name, "is no compression that there is here; there is none")
      }
    }
    readBatching(&variables, timeout: names("TIMEOUT"))
  }

  private mutating func readCertificates(
    _ variables: inout EnvironmentVariables, _ names: (String) -> [String]
  ) throws(MetricsConfigError) {
    func read(
      _ suffix: String, _ setting: TransportFault.Setting, _ set: (PEM) -> Void
    ) throws(MetricsConfigError) {
      guard let (path, name) = try variables.needed(names(suffix)) else { return }
      set(.file(path))
      self.names[setting.rawValue] = name
    }
    try read("CERTIFICATE", .trustRoots) { tls.trustRoots = $0 }
    try read("CLIENT_CERTIFICATE", .certificates) { tls.certificates = $0 }
    try read("CLIENT_KEY", .privateKey) { tls.privateKey = $0 }
  }

  private mutating func readBatching(_ variables: inout EnvironmentVariables, timeout: [String]) {
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
    if let (value, name) = variables.number(["OTEL_BSP_MAX_EXPORT_BATCH_SIZE"], 1...queueSize) {
      batchSize = value
      names["batchSize"] = name
    }
    batchSize = min(batchSize, queueSize)
  }
}
