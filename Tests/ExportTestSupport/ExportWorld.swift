// How does a test try an export over real sockets, whatever carries it?

package import ObservabilityPlatform
package import ObservabilitySockets
package import OTLPExport
import TestSupport
package import TraceSpans

/// An export to a collector that a test plays, whose time the test lets pass.
package final class ExportWorld: Sendable {
  package let tracer = SpanTracer()
  package let said = Locked<[String]>([])
  package let loop: EventLoop
  package let export: SpanExport

  /// - Parameter exporter: what carries requests, on that loop, of which each may take that time.
  package init(
    through exporter: (EventLoop, Duration) throws -> any SpanExporter,
    _ change: (inout BatchProcessor.Settings) -> Void = { _ in }
  ) throws {
    loop = try EventLoop(name: "test export")
    var settings = SpanTracer.Settings()
    settings.queueCapacity = 2048
    tracer.start(settings)
    guard let queue = tracer.queue else { throw SystemError(code: 0, action: "making a queue") }
    var batches = BatchProcessor.Settings()
    // In real time it has to be enough for the slowest machine.
    batches.timeout = .seconds(600)
    change(&batches)
    var observer = SpanExportObserver()
    observer.said = { [said] text, _ in said.withLock { $0.append(text) } }
    export = SpanExport(
      queue, on: loop, through: try exporter(loop, batches.timeout), settings: batches, observer: observer,
      encoder: TraceRequestEncoder(OTLPResource(serviceName: "test")))
  }

  package func record(_ count: Int) {
    for _ in 0..<count { tracer.startSpan("SMTP DATA", parent: .none).end() }
  }

  /// Lets the loop's time pass, much faster than it does, until the condition holds.
  ///
  /// - Parameter hangs: whether nothing but time ends the request that is under way.
  package func pass(
    whileHanging hangs: @Sendable () -> Bool = { false }, until condition: @Sendable () -> Bool
  ) async -> Bool {
    await eventually {
      // What is under way on the sockets takes real time, and none passes meanwhile but where it hangs.
      if !self.isSending || hangs() { self.loop.advanceClock(by: .seconds(1)) }
      try? await Task.sleep(for: .milliseconds(1))
      return condition()
    }
  }

  /// Whether a request is under way once the loop has done what is due now.
  package var isSending: Bool {
    let export = export
    let isSending = Locked<Bool?>(nil)
    export.inspect { sending, _ in isSending.withLock { $0 = sending } }
    while true {
      if let isSending = isSending.withLock({ $0 }) { return isSending }
      usleep(200)
    }
  }

  /// Whether each span that was queued is in one place: asked when nothing is under way.
  package var isAccountedFor: Bool {
    let (spans, export) = (tracer.statistics, export.statistics)
    return spans.queued == export.totals.settled + UInt64(export.inHand) + UInt64(export.queued)
  }

  /// Sends a batch to a collector of that behaviour, ends the export while there is more, and returns what was not as it
  /// should be.
  package func play(_ behaviour: CollectorBehaviour, by collector: any TestCollector) async -> [String] {
    var problems: [String] = []
    func check(_ isRight: Bool, _ problem: @autoclosure () -> String) {
      if !isRight { problems.append(problem()) }
    }
    if behaviour == .refusesConnections { collector.stop() }
    record(512)
    let hangs = { @Sendable in behaviour.hangs && collector.requests > 0 }
    let isSettled = await pass(whileHanging: hangs) { self.export.statistics.totals.settled == 512 }
    let totals = export.statistics.totals
    check(isSettled && isAccountedFor, "not settled: \(totals)")
    let exported: UInt64 = behaviour.takes ? 512 : behaviour == .rejectsSome ? 256 : 0
    check(totals.exported == exported, "exported: \(totals)")
    check(totals.dropped == 512 - totals.exported - totals.rejected, "dropped: \(totals)")
    // Only what may pass is tried again.
    if behaviour != .refusesConnections {
      let isRetried = behaviour.isRetried && !behaviour.hangs
      check(isRetried ? collector.requests > 1 : collector.requests == 1, "\(collector.requests) requests")
      check(collector.mostAtOnce == 1, "\(collector.mostAtOnce) requests at once")
    }
    // The end comes while the next batch is under way, in a pause, or waits.
    record(700)
    async let end: Void = export.shutdown(within: .seconds(2))
    for _ in 0..<22 where !export.statistics.isOver {
      loop.advanceClock(by: .milliseconds(100))
      await withCheckedContinuation { continuation in loop.execute { continuation.resume() } }
      try? await Task.sleep(for: .milliseconds(1))
    }
    await end
    check(isAccountedFor && export.statistics.totals.settled == 1212, "at the end: \(export.statistics)")
    collector.stop()
    return problems
  }
}
