// How does a host say that spans go by HTTP over TLS?

#if OTLPTLS
  import CollectorConnections
  public import MailObservability
  import NIOSSL
  import OTLPExport
  import ObservabilityHTTP
  import ObservabilityPlatform

  extension ExportTransport {
    /// OTLP over HTTP and TLS, for an endpoint that begins with `https://`, with `TracingConfig.tls`.
    ///
    /// By async-http-client, with an event loop of one thread, which begins with `startTracing(_:)` and ends with
    /// `MailTracing.shutdown(within:)`. No redirect is followed and no proxy used, and requests make no spans of their own.
    ///
    /// `startTracing(_:)` throws for certificates that cannot be read.
    public static var tls: ExportTransport {
      ExportTransport(.https) { (target, loop) throws(TransportFault) in
        let settings = try TLSCollector.Settings(target)
        let thread = ConnectionThread()
        var gzip: Gzip?
        if target.isCompressed {
          do throws(Gzip.Unavailable) {
            gzip = try Gzip()
          } catch {
            target.warn("spans are exported uncompressed: \(error.reason)")
          }
        }
        return ReconnectingExporter(
          to: target.endpoint, on: loop, thread, encode: { [gzip] in ExportBody($0, by: gzip) }
        ) { TLSCollector(settings, address: $0, connecting: $1, on: loop, thread) }
      }
    }
  }
#endif
