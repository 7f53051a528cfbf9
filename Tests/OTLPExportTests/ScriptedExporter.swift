// How does a test play a transport, without a socket?

import ExportTestSupport
@testable import OTLPExport
import ObservabilityPlatform
import ObservabilitySockets
import TestSupport
@testable import TraceSpans

/// Answers as it is told to, at once or when it is let go.
final class ScriptedExporter: SpanExporter {
  private struct State {
    var behaviour = CollectorBehaviour.accepts
    var isHeld = false
    var requests: [Int] = []
    var bodies: [[UInt8]] = []
    var running = 0
    var mostAtOnce = 0
    var isClosed = false
    var waiters: [Int: CheckedContinuation<Void, Never>] = [:]
    var lastWaiter = 0
  }

  private let state = Locked(State())

  var behaviour: CollectorBehaviour {
    get { state.withLock { $0.behaviour } }
    set { state.withLock { $0.behaviour = newValue } }
  }
  /// How many spans each request had.
  var requests: [Int] { state.withLock { $0.requests } }
  var mostAtOnce: Int { state.withLock { $0.mostAtOnce } }
  var isClosed: Bool { state.withLock { $0.isClosed } }

  /// Whether answers wait for `release()`, or for their cancellation.
  func hold() { state.withLock { $0.isHeld = true } }

  func release() {
    let waiters = state.withLock { state in
      state.isHeld = false
      defer { state.waiters = [:] }
      return Array(state.waiters.values)
    }
    for waiter in waiters { waiter.resume() }
  }

  func body(of message: [UInt8]) -> ExportBody { ExportBody(message) }

  func send(_ body: ExportBody, spans: Int, within limit: Duration) async -> ExportAnswer {
    let behaviour = state.withLock { state in
      state.requests.append(spans)
      state.running += 1
      state.mostAtOnce = max(state.mostAtOnce, state.running)
      return state.behaviour
    }
    defer { state.withLock { $0.running -= 1 } }
    let answer = behaviour.answer(spans: spans)
    if answer == nil || state.withLock({ $0.isHeld }) { await wait() }
    return answer ?? .refused(ExportRefusal("no answer", isRetryable: true))
  }

  private func wait() async {
    let id = state.withLock { state in
      state.lastWaiter += 1
      return state.lastWaiter
    }
    await withTaskCancellationHandler {
      await withCheckedContinuation { continuation in
        let isLate = state.withLock { state in
          if !Task.isCancelled { state.waiters[id] = continuation }
          return Task.isCancelled
        }
        if isLate { continuation.resume() }
      }
    } onCancel: {
      state.withLock { $0.waiters.removeValue(forKey: id) }?.resume()
    }
  }

  func close(then done: @escaping @Sendable () -> Void) {
    state.withLock { $0.isClosed = true }
    done()
  }
}

/// A tracer whose spans are exported as a test says, on a loop whose clock it moves.
final class TestExport: Sendable {
  let tracer = SpanTracer()
  let exporter = ScriptedExporter()
  let loop: EventLoop
  let export: SpanExport
  let said = Locked<[String]>([])
  let results = Locked<[SpanExportObserver.Result]>([])
  let hasEnded = Flag()

  /// - Parameter requestLimit: the most bytes of a request.
  init(
    requestLimit: Int = TraceRequestEncoder.longestRequest,
    _ change: (inout BatchProcessor.Settings) -> Void = { _ in }
  ) throws {
    loop = try EventLoop(name: "test export")
    var settings = SpanTracer.Settings()
    settings.queueCapacity = 2048
    tracer.start(settings)
    guard let queue = tracer.queue else { throw SystemError(code: 0, action: "making a queue") }
    var batches = BatchProcessor.Settings()
    change(&batches)
    var observer = SpanExportObserver()
    observer.said = { [said] text, _ in said.withLock { $0.append(text) } }
    observer.settled = { [results] result, _ in results.withLock { $0.append(result) } }
    observer.ended = { [hasEnded] in hasEnded.set() }
    export = SpanExport(
      queue, on: loop, through: exporter, settings: batches, observer: observer,
      encoder: TraceRequestEncoder(OTLPResource(serviceName: "test"), limit: requestLimit))
  }

  func record(_ count: Int) { for _ in 0..<count { tracer.startSpan("SMTP DATA", parent: .none).end() } }

  /// Whether each span that has been started is in one place: asked when nothing is under way.
  var isAccountedFor: Bool {
    let (spans, export) = (tracer.statistics, export.statistics)
    return spans.queued == export.totals.settled + UInt64(export.inHand) + UInt64(export.queued)
      && spans.started == spans.queued + spans.dropped + spans.endedAfterStop + spans.active
  }
}
