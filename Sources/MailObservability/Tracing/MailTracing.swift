// How does a mail server say what it does, span by span?

import ObservabilityEndpoints
import ObservabilityPlatform
import OTLPExport
import Synchronization
public import TraceSpans

/// Makes spans of a mail server's work: ``MetricsCollector/tracing``.
///
/// Until ``MetricsCollector/startTracing(_:)`` nothing is recorded, and what is done here costs next to
/// nothing. All methods may be called from any thread; none of them throws, but for what a body throws.
public final class MailTracing: Sendable {
  private final class Started: Sendable {
    let addresses: AddressRule
    let serviceName: String
    let trustedPeers: [IPNetwork]
    let propagates: Bool
    /// For people.
    let settings: [ShownRow]

    init(_ config: TracingConfig) {
      settings = config.shownRows
      addresses = AddressRule(config.addresses)
      serviceName = config.serviceName
      propagates = config.propagation != .none
      trustedPeers = propagates ? config.trustedPeers : []
    }
  }

  /// What the spans are started with: for spans of the host's own.
  public let tracer = SpanTracer()
  private let started = LazyReference<Started>()
  private var held: Started? { Unmanaged(address: started.address)?.takeUnretainedValue() }
  /// What takes ended spans away; nil where nobody does.
  let export = LazyReference<SpanExport>()
  let ending = TracingEnd()

  init() {}

  /// What it was started with, without secrets; nil before the start.
  var shownSettings: [ShownRow]? { held?.settings }

  /// Whether it was started, and be it that it has been stopped since.
  var isStarted: Bool { started.current != nil }

  /// False, with nothing changed, when it was started or began to end before. An end that comes meanwhile waits, and
  /// finds what `export` has made of the queue.
  func start(
    _ config: TracingConfig, clock: SpanClock, export makeExport: (SpanQueue) -> SpanExport? = { _ in nil }
  ) -> Bool {
    ending.unlessBegun {
      guard start(config, clock) else { return false }
      if let queue = tracer.queue, let made = makeExport(queue) { _ = export.storeIfNil(made) }
      return true
    }
  }

  private func start(_ config: TracingConfig, _ clock: SpanClock) -> Bool {
    let made = Started(config)
    guard started.storeIfNil(made) === made else { return false }
    var settings = SpanTracer.Settings()
    settings.sampler = config.sampling
    settings.limits = config.limits
    settings.recentTraceBytes = config.recentTraceBytes
    settings.alwaysKeep = config.alwaysKeep
    settings.queueCapacity = config.exporter == .otlp ? config.queueSize : 0
    settings.clock = clock
    return tracer.start(settings)
  }

  /// Runs `body` as a span, which is ``TraceSpan/current`` meanwhile and ends with it. An error that it
  /// throws marks the span with the name of its type.
  ///
  /// - Parameters:
  ///   - work: what is done. It is not looked at while nothing is recorded.
  ///   - parent: what the span belongs to, where `work` does not say it.
  ///   - links: spans that it refers to.
  ///   - body: is given the span.
  /// - Returns: what `body` returns.
  /// - Throws: what `body` throws.
  @inlinable @inline(__always)
  public func withSpan<Result, Failure: Error>(
    _ work: @autoclosure () -> MailSpan, parent: TraceSpan.Parent = .current, links: [TraceSpan.Link] = [],
    _ body: (TraceSpan) throws(Failure) -> Result
  ) throws(Failure) -> Result {
    guard tracer.isStarted else { return try body(tracer.absent) }
    return try startSpan(work(), parent: parent, links: links).run(body)
  }

  /// Runs `body` as a span, which is ``TraceSpan/current`` meanwhile, in child tasks too, and ends with it.
  /// An error that it throws marks the span with the name of its type.
  ///
  /// - Parameters:
  ///   - work: what is done. It is not looked at while nothing is recorded.
  ///   - parent: what the span belongs to, where `work` does not say it.
  ///   - links: spans that it refers to.
  ///   - isolation: the actor that `body` runs on: the caller's.
  ///   - body: is given the span.
  /// - Returns: what `body` returns.
  /// - Throws: what `body` throws.
  @inlinable @inline(__always)
  public func withSpan<Result, Failure: Error>(
    _ work: @autoclosure () -> MailSpan, parent: TraceSpan.Parent = .current, links: [TraceSpan.Link] = [],
    isolation: isolated (any Actor)? = #isolation, _ body: (TraceSpan) async throws(Failure) -> Result
  ) async throws(Failure) -> Result {
    guard tracer.isStarted else { return try await body(tracer.absent) }
    return try await startSpan(work(), parent: parent, links: links).run(body)
  }

  /// Starts a span, which has to be ended by hand. It does not become ``TraceSpan/current``.
  ///
  /// - Parameters:
  ///   - work: what is done.
  ///   - parent: what the span belongs to, where `work` does not say it.
  ///   - links: spans that it refers to.
  ///   - start: the time since 1970-01-01 UTC at which the work began, for work that began before; nil for
  ///     now.
  public func startSpan(
    _ work: MailSpan, parent: TraceSpan.Parent = .current, links: [TraceSpan.Link] = [],
    at start: Duration? = nil
  ) -> TraceSpan {
    guard tracer.isStarted else { return .absent }
    let place = work.placed(parent, links) { WallClock.now }
    let span = tracer.startSpan(
      work.name, family: work.family, kind: work.kind, parent: place.parent, links: place.links, at: start)
    describe(span, work)
    return span
  }

  /// Starts the root of a message's trace, as `startSpan(.transaction(.smtp))` does: store its
  /// ``TraceContext/traceparent`` with the message. It has to be ended by hand; `withSpan(.transaction(.smtp))` ends
  /// it.
  ///
  /// - Parameters:
  ///   - session: what tells the connection from others.
  ///   - parent: where another server that is trusted has begun the trace, its context, see
  ///     ``context(ofMessage:from:)``.
  ///   - start: the time since 1970-01-01 UTC at which the transaction began; nil for now. The context of a trusted
  ///     server is known only once the header has come.
  public func startSMTPTransaction(
    session: String? = nil, parent: TraceContext? = nil, at start: Duration? = nil
  ) -> TraceSpan {
    startSpan(.transaction(.smtp, session: session, parent: parent), at: start)
  }

  /// Starts an attempt to deliver a message that was taken before, as `startSpan` does for
  /// ``MailSpan/delivery(_:domain:messageID:of:taken:)``.
  ///
  /// - Parameters:
  ///   - method: how.
  ///   - domain: of the recipients.
  ///   - messageID: of the message.
  ///   - message: the context that was stored with the message; nil where there is none.
  ///   - taken: the time since 1970-01-01 UTC at which the message was taken.
  public func startDelivery(
    _ method: MailSpan.DeliveryMethod, domain: String, messageID: String? = nil, of message: TraceContext?,
    taken: Duration
  ) -> TraceSpan {
    startSpan(.delivery(method, domain: domain, messageID: messageID, of: message, taken: taken))
  }

  /// Records the time that a message lay in the queue.
  ///
  /// - Parameters:
  ///   - messageID: of the message.
  ///   - start: the time since 1970-01-01 UTC at which it was put there.
  ///   - parent: what the wait belongs to: the attempt to deliver it, or the message's trace.
  public func recordQueueWait(messageID: String? = nil, since start: Duration, parent: TraceSpan.Parent) {
    startSpan(.queueWait(messageID: messageID), parent: parent, at: start).end()
  }

  /// An address as spans show it; nil when it is left out, and before the start. For attributes of the host's
  /// own.
  public func shown(address: String) -> String? { held?.addresses.shown(address) }

  /// Whether traces go on to and from others at all; true before the start.
  package var propagates: Bool { held?.propagates ?? true }

  /// The networks whose servers are believed; none before the start.
  var trustedPeers: [IPNetwork] { started.current?.trustedPeers ?? [] }

  private func describe(_ span: TraceSpan, _ work: MailSpan) {
    guard span.isRecording, let addresses = held?.addresses else { return }
    work.describe(span, addresses)
  }
}
