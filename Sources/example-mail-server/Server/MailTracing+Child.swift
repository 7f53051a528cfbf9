// Which steps are worth a span? Those of work that is recorded.

import MailObservability

extension MailTracing {
  /// Runs `body` as a span within the current one. Of work that is not recorded its steps are not either, so they are no
  /// spans at all: nothing outside of this process can belong to them.
  func withChild<Result, Failure: Error>(
    _ work: @autoclosure () -> MailSpan, _ body: (TraceSpan?) throws(Failure) -> Result
  ) throws(Failure) -> Result {
    guard TraceSpan.current?.isRecording == true else { return try body(nil) }
    return try withSpan(work(), body)
  }

  /// The same for steps that are no pieces of work which the library knows.
  func withChild<Result, Failure: Error>(
    _ name: String, kind: TraceSpan.Kind = .internal, _ body: (TraceSpan?) throws(Failure) -> Result
  ) throws(Failure) -> Result {
    guard TraceSpan.current?.isRecording == true else { return try body(nil) }
    return try tracer.withSpan(name, kind: kind, body)
  }
}
