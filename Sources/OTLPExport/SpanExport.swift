// Who brings ended spans from their queue to a collector?

import ObservabilityPlatform
package import ObservabilitySockets
package import TraceSpans

/// The export of one tracer's spans, on a loop of its own, which it ends: no part of it runs on the
/// cooperative pool or calls anything of a host's.
///
/// End it with ``shutdown(within:)``. When it goes away without, what is queued is dropped and nothing is
/// left of it, neither a thread nor a descriptor.
package final class SpanExport: Sendable {
  let core: SpanExportCore

  /// Begins to export.
  ///
  /// - Parameters:
  ///   - queue: of the spans; nobody else takes out of it.
  ///   - loop: used for nothing else, or for what ends with it.
  ///   - exporter: what carries requests.
  ///   - encoder: makes requests of spans.
  package init(
    _ queue: SpanQueue, on loop: EventLoop, through exporter: any SpanExporter,
    settings: BatchProcessor.Settings, observer: SpanExportObserver = SpanExportObserver(),
    encoder: TraceRequestEncoder
  ) {
    var settings = settings
    settings.batchSize = min(settings.batchSize, queue.capacity)
    core = SpanExportCore(queue, loop, exporter, BatchProcessor(settings), observer, encoder)
    let core = core
    loop.execute { core.step() }
  }

  deinit {
    guard !core.statistics.isOver else { return }
    let core = core
    core.loop.executeBeginningNoThread { core.finish() }
  }

  /// What has become of the spans that were queued.
  package var statistics: SpanExportStatistics { core.statistics }

  /// Sends what is queued now, without waiting for more.
  ///
  /// - Parameter limit: the longest wait; what is not sent then is sent later.
  /// - Returns: whether the collector has all of it.
  package func flush(within limit: Duration) async -> Bool {
    let core = core
    guard !core.statistics.isOver else { return core.statistics.queued == 0 }
    let isThere = await withUnsafeContinuation { continuation in
      core.loop.executeBeginningNoThread { core.flush(within: limit, continuation) }
    }
    core.awaitResume()
    return isThere
  }

  /// Tells, on its loop, whether a request is under way, and how many wait for a flush.
  package func inspect(_ body: @escaping @Sendable (_ isSending: Bool, _ flushes: Int) -> Void) {
    let core = core
    core.loop.execute { body(core.attempt != nil, core.flushes.count) }
  }

  /// Sends what is queued now, without waiting for more or for the outcome.
  package func sendRest() {
    let core = core
    guard !core.statistics.isOver else { return }
    core.loop.executeBeginningNoThread { core.sendRest() }
  }

  /// Sends what is queued, drops what is left at the end of `limit`, and ends. Returns at the latest then, and after the
  /// tenth of a second that a transport may take to close its connections, whatever the collector does, and is not ended by a cancellation of the caller. A second call waits for
  /// the same end, and can only bring it nearer.
  package func shutdown(within limit: Duration) async {
    let core = core
    guard !core.isClosed else { return }
    await withUnsafeContinuation { continuation in
      core.loop.executeBeginningNoThread { core.shutdown(within: limit, continuation) }
    }
    core.awaitResume()
  }
}

/// What somebody wants to know of an export. Called on its loop: no host code.
package struct SpanExportObserver: Sendable {
  package enum Result: String, Sendable, CaseIterable {
    /// The collector has the spans.
    case success
    /// It has refused some of them.
    case partial
    /// It has not got them.
    case failure
  }

  /// A batch has been settled, so long after it was taken.
  package var settled: @Sendable (Result, Duration) -> Void = { _, _ in }
  /// Something that somebody may want to read: a message, and whether it is a warning.
  package var said: @Sendable (_ text: String, _ isWarning: Bool) -> Void = { _, _ in }
  /// The export is over, and its loop about to end.
  package var ended: @Sendable () -> Void = {}

  package init() {}
}

/// What has become of the spans that were queued: those that were taken are `totals.settled` and `inHand`.
package struct SpanExportStatistics: Sendable, Hashable {
  package var totals = BatchProcessor.Totals()
  /// How many are being sent.
  package var inHand = 0
  /// How many wait. While a batch is taken, it may be counted here and not ``inHand`` for a moment.
  package var queued = 0
  package var isOver = false

  package init() {}
}
