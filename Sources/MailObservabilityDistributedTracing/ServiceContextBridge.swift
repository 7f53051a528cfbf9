// How does a task have one current span, whichever library has set it?

#if DistributedTracing
  import Instrumentation
  import TraceSpans

  /// Where in a service context a span of ours is, or one of another process that was read from a carrier.
  enum SpanKey: InstrumentationContextKey {
    typealias Value = SpanIdentity
    static var nameOverride: String? { "mail-observability-span" }
  }

  /// The current service context as the place of the current span.
  enum ServiceContextBridge: SpanBridge {
    static var current: TraceSpan? {
      InstrumentationContext.current?[SpanKey.self].map { TraceSpan($0) }
    }

    private static func context(with span: TraceSpan?) -> InstrumentationContext {
      var context = InstrumentationContext.current ?? .topLevel
      context[SpanKey.self] = span?.identity
      return context
    }

    static func withCurrent<Result, Failure: Error>(
      _ span: TraceSpan?, _ body: () throws(Failure) -> Result
    ) throws(Failure) -> Result {
      let result = InstrumentationContext.$current.withValue(context(with: span)) {
        Swift.Result<Result, Failure> { () throws(Failure) in try body() }
      }
      return try result.get()
    }

    static func withCurrent<Result, Failure: Error>(
      _ span: TraceSpan?, isolation: isolated (any Actor)?, _ body: () async throws(Failure) -> Result
    ) async throws(Failure) -> Result {
      let context = context(with: span)
      let result = await InstrumentationContext.$current.withValue(context) {
        () async -> Swift.Result<Result, Failure> in
        do throws(Failure) {
          return .success(try await body())
        } catch {
          return .failure(error)
        }
      }
      return try result.get()
    }
  }
#endif
