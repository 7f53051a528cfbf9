// Who exports?

/// The exporter's own name and version, as collectors are told.
package enum OTLPExport {
  package static let name = "swift-mail-observability"
  package static let version = "0.1.0"
  /// The specification's form.
  package static let userAgent = "OTel-OTLP-Exporter-Swift/\(version)"
}
