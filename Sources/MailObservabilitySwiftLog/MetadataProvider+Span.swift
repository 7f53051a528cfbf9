// How does a log line say in which span it was written?

#if SwiftLog
  public import Logging
  import TraceSpans

  extension Logger.MetadataProvider {
    /// The span in which a line is written, or that of the caller whose context it is written in, as `trace_id`,
    /// `span_id` and `trace_flags`, in hexadecimal digits; nothing outside of any, and in spans begun while the
    /// tracer is not started.
    ///
    /// Source: OpenTelemetry, "Trace Context in non-OTLP Log Formats". Outside of a span it allocates nothing.
    public static let currentSpan = Logger.MetadataProvider {
      TraceSpan.current?.context?.logMetadata ?? [:]
    }
  }

  extension TraceContext {
    var logMetadata: Logger.Metadata {
      let flags = String(flags.rawValue, radix: 16)
      return [
        "trace_id": "\(traceID)", "span_id": "\(spanID)",
        "trace_flags": .string(flags.utf8.count < 2 ? "0" + flags : flags),
      ]
    }
  }
#endif
