// Whom does a collector take the spans to be from?

import CObservabilityShims
import ObservabilityPlatform
package import TraceSpans

/// What is said of this process with everything that it exports.
///
/// Source: OpenTelemetry, "Resource SDK" and the semantic conventions of `service`, `host`, `process` and
/// `telemetry`.
package struct OTLPResource: Sendable {
  /// The attributes, each name once.
  package private(set) var attributes: [TraceSpan.Attribute] = []
  // Of the names, by their bytes: `String` takes those for one that are canonically equivalent.
  private var positions: [[UInt8]: Int] = [:]

  /// A resource of what is given and of what the process knows of itself.
  ///
  /// - Parameters:
  ///   - serviceName: `service.name`; nil for the one of `given`, and where that has none for
  ///     `unknown_service:` and the program's name.
  ///   - serviceVersion: `service.version`; nil for the one of `given`, if any.
  ///   - given: attributes that the host or its environment gives: the last of one name counts. They are taken
  ///     in place of what would be found out, but for `telemetry.sdk.`, which says who exports.
  package init(
    serviceName: String? = nil, serviceVersion: String? = nil, given: [TraceSpan.Attribute] = []
  ) {
    set("service.name", OTLPResource.unknownServiceName)
    set("service.instance.id", OTLPResource.randomIdentifier())
    if let name = OTLPResource.hostName { set("host.name", name) }
    set("process.pid", Int(getpid()))
    for attribute in given where !attribute.key.isEmpty { set(attribute.key, attribute.value) }
    if let serviceName, !serviceName.isEmpty { set("service.name", serviceName) }
    if let serviceVersion, !serviceVersion.isEmpty { set("service.version", serviceVersion) }
    set("telemetry.sdk.name", OTLPExport.name)
    set("telemetry.sdk.language", "swift")
    set("telemetry.sdk.version", OTLPExport.version)
    positions = [:]
  }

  private mutating func set(_ key: String, _ value: some TraceAttributeConvertible) {
    let attribute = TraceSpan.Attribute(key, value)
    let name = Array(key.utf8)
    if let position = positions[name] {
      attributes[position] = attribute
    } else {
      positions[name] = attributes.count
      attributes.append(attribute)
    }
  }

  // MARK: - What the process knows of itself

  /// `service.name` where nobody has said one: `unknown_service:` and the program's name.
  package static var unknownServiceName: String {
    let program = CommandLine.arguments.first?.split(separator: "/").last
    return program.map { "unknown_service:\($0)" } ?? "unknown_service"
  }

  private static var hostName: String? {
    // The last byte stays zero, since a name that is cut need not end with one.
    var name = [CChar](repeating: 0, count: 257)
    let isKnown = gethostname(&name, numericCast(name.count - 1)) == 0
    let text = String(decoding: name.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
    return isKnown && !text.isEmpty ? text : nil
  }

  /// A random identifier. Source: RFC 9562, version 4.
  private static func randomIdentifier() -> String {
    let high = mailobs_random_word() & ~0xF000 | 0x4000
    let low = mailobs_random_word() & ~(0xC0 << 56) | 0x80 << 56
    func digits(_ number: UInt64, from bit: UInt64, _ count: Int) -> String {
      let text = String(number >> bit & (1 << (UInt64(count) * 4) - 1), radix: 16)
      return String(repeating: "0", count: count - text.utf8.count) + text
    }
    return digits(high, from: 32, 8) + "-" + digits(high, from: 16, 4) + "-" + digits(high, from: 0, 4) + "-"
      + digits(low, from: 48, 4) + "-" + digits(low, from: 0, 12)
  }
}
