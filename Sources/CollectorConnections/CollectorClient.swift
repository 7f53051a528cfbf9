// What does a client of another package do for the export?

#if OTLPGRPC || OTLPTLS
  package import OTLPExport

  /// A client for one address of a collector. Used on the export's loop.
  package protocol CollectorClient: AnyObject, Sendable {
    /// Whether it has had a connection.
    var hasConnected: Bool { get }

    /// Sends one request and reads the answer; ends soon after its task was cancelled or ``end(then:)`` was called.
    func send(_ body: ExportBody, spans: Int, within limit: Duration) async -> CollectorOutcome

    /// Cuts what is open. Called once.
    ///
    /// - Parameter done: called once, from any thread, when nothing is left.
    func end(then done: @escaping @Sendable () -> Void)
  }

  /// How a request has ended.
  package struct CollectorOutcome: Sendable {
    package let answer: ExportAnswer
    /// Whether a connection has taken it, so that the collector may have it.
    package let isSent: Bool

    package init(_ answer: ExportAnswer, isSent: Bool) {
      self.answer = answer
      self.isSent = isSent
    }
  }
#endif
