// What does a span consist of?

extension TraceSpan {
  /// What the span is to the one that it belongs to.
  ///
  /// Source: OpenTelemetry, "SpanKind"; the raw values are those of OTLP.
  public enum Kind: Int, Sendable, Hashable, CaseIterable {
    /// Work within the server.
    case `internal` = 1
    /// Answering a client.
    case server = 2
    /// Asking another server, and waiting for its answer.
    case client = 3
    /// Handing something over for later.
    case producer = 4
    /// Taking up what was handed over.
    case consumer = 5
  }

  /// How the work has gone.
  public enum Status: Sendable, Hashable {
    /// Nothing was said.
    case unset
    /// It is said to be fine, whatever has happened.
    case ok
    /// It failed; the text may be empty.
    case error(String)
  }

  /// What a new span belongs to.
  public enum Parent: Sendable {
    /// ``TraceSpan/current``; a new trace begins where there is none.
    case current
    /// Nothing: a new trace begins.
    case none
    /// A span of another process, or one whose context was stored.
    case context(TraceContext)
    /// A span of this process.
    case span(TraceSpan)
  }

  /// A span that another one refers to.
  public struct Link: Sendable {
    /// The span.
    public let context: TraceContext
    /// What is to be known of the reference.
    public let attributes: [Attribute]

    /// A reference to a span.
    public init(to context: TraceContext, attributes: [Attribute] = []) {
      self.context = context
      self.attributes = attributes
    }
  }

  struct Event {
    let name: String
    let attributes: [Attribute]
  }
}
