// Who starts spans?

import ObservabilityPlatform
public import Synchronization

/// Starts spans, and keeps the traces that were recorded.
///
/// Until ``start(_:)`` and after ``stop()`` starting a span costs the load of one word, and what is done to
/// it nothing. All methods may be called from any thread; none of them waits or throws, but for what a body
/// throws.
public final class SpanTracer: Sendable {
  // The address of `stripes` while spans are started, otherwise 0: to load that costs one word, and no reference
  // count, which threads that start spans at once would fight over.
  @usableFromInline let address = Atomic<UInt>(0)
  // What bodies are given while it is not started. It lies here so that it is neither made, nor taken apart, nor
  // asked for.
  @usableFromInline package let absent = TraceSpan.absent
  private let stripes = LazyReference<TracerStripes>()
  private let counts = SpanCounts()

  /// A tracer that is not started.
  public init() {}

  /// Begins to start spans.
  ///
  /// - Returns: false, with nothing changed, when the tracer was started before.
  @discardableResult
  public func start(_ settings: Settings = Settings()) -> Bool {
    let made = TracerStripes(TracerCore(settings, counts: counts))
    guard stripes.storeIfNil(made) === made else { return false }
    address.store(UInt(bitPattern: Unmanaged.passUnretained(made).toOpaque()), ordering: .releasing)
    return true
  }

  /// Starts no further spans; a tracer that was started does not start again. Spans that were started go on
  /// until they end, are kept among recent traces, and are not exported any more: see
  /// ``SpanStatistics/endedAfterStop``. Before the start it does nothing.
  public func stop() {
    guard address.exchange(0, ordering: .relaxed) != 0 else { return }
    queue?.close()
  }

  /// Whether spans are started.
  @inlinable public var isStarted: Bool { address.load(ordering: .relaxed) != 0 }

  /// What has become of the spans so far.
  public var statistics: SpanStatistics { counts.statistics }

  /// Of ended spans that wait to be exported; nil where nobody exports, and before the start.
  package var queue: SpanQueue? { core?.queue }
  /// The traces that are kept; nil before the start.
  package var recent: RecentTraces? { core?.recent }
  var core: TracerCore? { stripes.current?.core }

  /// Starts a span, which has to be ended by hand. It does not become ``TraceSpan/current``.
  ///
  /// - Parameters:
  ///   - name: what is done, one of few: `SMTP DATA`. Cut at 256 bytes.
  ///   - family: what a trace that begins here is kept among; nil for the first word of `name`.
  ///   - kind: what the span is to the one that it belongs to.
  ///   - parent: what it belongs to.
  ///   - links: spans that it refers to.
  ///   - start: the time since 1970-01-01 UTC at which the work began, for work that began before; nil for
  ///     now. A time to come is taken for now.
  @inlinable
  public func startSpan(
    _ name: String, family: String? = nil, kind: TraceSpan.Kind = .internal,
    parent: TraceSpan.Parent = .current,
    links: [TraceSpan.Link] = [], at start: Duration? = nil
  ) -> TraceSpan {
    guard isStarted else { return .absent }
    return begin(name, family, kind, parent, links, nanoseconds(start))
  }

  @usableFromInline
  func nanoseconds(_ time: Duration?) -> Int64? { time?.clampedNanoseconds }

  @usableFromInline
  func begin(
    _ name: String, _ family: String?, _ kind: TraceSpan.Kind, _ parent: TraceSpan.Parent,
    _ links: [TraceSpan.Link], _ start: Int64?
  ) -> TraceSpan {
    // It may have been stopped meanwhile. What was started lives as long as the tracer.
    guard let pointer = UnsafeRawPointer(bitPattern: address.load(ordering: .acquiring)) else {
      return .absent
    }
    return Unmanaged<TracerStripes>.fromOpaque(pointer)._withUnsafeGuaranteedRef { stripes in
      stripes.withOwn {
        $0.start(name, family: family, kind: kind, parent: parent, links: links, at: start)
      }
    }
  }
}
