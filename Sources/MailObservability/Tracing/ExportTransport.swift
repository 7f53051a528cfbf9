// How do spans reach a collector that plain HTTP does not?

package import OTLPExport
package import ObservabilitySockets

/// A way to a collector that a further module of the package brings, with packages of others, and that the host hands
/// over in ``TracingConfig/transports``: `.grpc` of `MailObservabilityOTLPGRPC` for ``TracingConfig/ExportProtocol/grpc``,
/// and `.tls` of `MailObservabilityOTLPTLS` for an endpoint that begins with `https://`.
///
/// A value that says what is to be used: nothing is begun before tracing is started.
public struct ExportTransport: Sendable, Hashable, CustomStringConvertible {
  package enum Kind: String, Sendable { case grpc, https }

  package typealias Make = @Sendable (ExportTarget, EventLoop) throws(TransportFault) -> any SpanExporter

  package let kind: Kind
  /// Makes what sends, for the loop of an export. Begins what that needs, such as a thread.
  package let make: Make

  package init(_ kind: Kind, make: @escaping Make) {
    self.kind = kind
    self.make = make
  }

  /// What it is for: `grpc` or `https`.
  public var description: String { kind.rawValue }

  /// Whether both are for the same.
  public static func == (one: ExportTransport, other: ExportTransport) -> Bool { one.kind == other.kind }

  /// The same for those that are for the same.
  public func hash(into hasher: inout Hasher) { hasher.combine(kind) }
}
