// What does a transport do for the export?

package import ObservabilityPlatform

/// Carries requests to a collector, one at a time: by HTTP here, by what else a package brings.
package protocol SpanExporter: Sendable {
  /// Makes of an encoded `ExportTraceServiceRequest` what is sent, once for all attempts.
  func body(of message: [UInt8]) -> ExportBody

  /// Sends a request and reads the answer. Runs on the export's loop, ends within `limit`, and soon after its
  /// task was cancelled.
  ///
  /// - Parameter spans: how many there are in it.
  func send(_ body: ExportBody, spans: Int, within limit: Duration) async -> ExportAnswer

  /// Closes what is open; nothing is sent any more. Returns at once. Called once, on the loop.
  ///
  /// - Parameter done: called once, from any thread, when nothing is left, neither a thread nor a descriptor; before
  ///   the call returns, where that is so then.
  func close(then done: @escaping @Sendable () -> Void)
}

/// What is sent of a request.
package struct ExportBody: Sendable, Hashable {
  package let bytes: [UInt8]
  /// Whether they are a gzip stream.
  package let isCompressed: Bool
  /// Why they are none although they should be; nil where nothing went wrong.
  package let problem: String?

  package init(_ bytes: [UInt8], isCompressed: Bool = false, problem: String? = nil) {
    self.bytes = bytes
    self.isCompressed = isCompressed
    self.problem = problem
  }

  /// The message, compressed where that is asked for.
  ///
  /// - Parameter gzip: nil when it is not.
  package init(_ message: [UInt8], by gzip: Gzip?) {
    guard let gzip else {
      self.init(message)
      return
    }
    if let compressed = gzip.compress(message) {
      self.init(compressed, isCompressed: true)
    } else {
      self.init(message, problem: "zlib has failed, or there is no memory for it")
    }
  }
}

/// How a collector has answered.
package enum ExportAnswer: Sendable, Hashable {
  /// It has the spans, without so many of them; the text is what it says of these, or warns of.
  case accepted(rejected: Int, message: String)
  case refused(ExportRefusal)
}

/// Why a collector has not got the spans.
package struct ExportRefusal: Sendable, Hashable {
  /// What happened, for a log. Says nothing of what was configured as secret.
  package let reason: String
  /// Whether the same request may be taken later.
  package let isRetryable: Bool
  /// When the collector wants to be asked again.
  package let retryAfter: Duration?
  /// Whether the collector has said so itself.
  package let isAnswer: Bool

  package init(_ reason: String, isRetryable: Bool, retryAfter: Duration? = nil, isAnswer: Bool = false) {
    self.reason = reason
    self.isRetryable = isRetryable
    self.retryAfter = retryAfter
    self.isAnswer = isAnswer
  }
}
