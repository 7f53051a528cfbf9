// How does a host say that spans go by gRPC?

#if OTLPGRPC
  import CollectorConnections
  import GRPCCore
  public import MailObservability
  import NIOSSL
  import OTLPExport
  import ObservabilityHTTP

  extension ExportTransport {
    /// OTLP over gRPC, for `TracingConfig.protocol` `.grpc`: to an endpoint `http://host:port` or `unix:/path` as it is,
    /// and to `https://host:port` over TLS, with `TracingConfig.tls`.
    ///
    /// By grpc-swift-2 and its transport of SwiftNIO, with an event loop of one thread, which begins with
    /// `startTracing(_:)` and ends with `MailTracing.shutdown(within:)`. A status that may pass is tried again, and no
    /// sooner than a `RetryInfo` asks for. An answer of more than 4 MiB is none.
    ///
    /// `startTracing(_:)` throws for certificates that cannot be read, and for header fields that gRPC has no room for:
    /// those that begin with `grpc-`, values that are not printable ASCII, and values that are not Base64 where the name
    /// ends with `-bin`.
    public static var grpc: ExportTransport {
      ExportTransport(.grpc) { (target, loop) throws(TransportFault) in
        let settings = try GRPCCollector.Settings(target)
        let thread = ConnectionThread()
        return ReconnectingExporter(to: target.endpoint, on: loop, thread, encode: { ExportBody($0) }) {
          GRPCCollector(settings, address: $0, connecting: $1, on: loop, thread)
        }
      }
    }
  }
#endif
