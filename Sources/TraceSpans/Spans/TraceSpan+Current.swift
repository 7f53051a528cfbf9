// Which span is the running code part of?

extension TraceSpan {
  /// Where the current span is as long as no other library holds it.
  @usableFromInline static let own = TaskLocal<TraceSpan?>(wrappedValue: nil)

  /// The span that the running code is part of: that of the innermost `withSpan` of this task or of the one
  /// that started it, or of this thread where there is no task. Where a span was started by hand,
  /// ``withCurrent(_:_:)`` makes it the one. A task that was detached has none.
  public static var current: TraceSpan? {
    guard let bridge = InstalledBridge.type else { return own.get() }
    // A span may have begun before the bridge was there.
    return bridge.current ?? own.get()
  }

  /// Runs `body` with a span as ``current``. It is not ended.
  ///
  /// - Parameters:
  ///   - span: the span; nil for none, so that what `body` starts are traces of their own.
  ///   - body: is run once.
  /// - Returns: what `body` returns.
  /// - Throws: what `body` throws.
  @inlinable
  public static func withCurrent<Result, Failure: Error>(
    _ span: TraceSpan?, _ body: () throws(Failure) -> Result
  ) throws(Failure) -> Result {
    if let bridge = InstalledBridge.type {
      guard span?.context != nil else {
        return try bridge.withCurrent(nil) { () throws(Failure) in try withOwn(nil, body) }
      }
      return try bridge.withCurrent(span, body)
    }
    return try withOwn(span, body)
  }

  /// Runs `body` with a span as ``current``, in child tasks too. It is not ended.
  ///
  /// - Parameters:
  ///   - span: the span; nil for none, so that what `body` starts are traces of their own.
  ///   - isolation: the actor that `body` runs on: the caller's.
  ///   - body: is run once.
  /// - Returns: what `body` returns.
  /// - Throws: what `body` throws.
  @inlinable
  public static func withCurrent<Result, Failure: Error>(
    _ span: TraceSpan?, isolation: isolated (any Actor)? = #isolation,
    _ body: () async throws(Failure) -> Result
  ) async throws(Failure) -> Result {
    if let bridge = InstalledBridge.type {
      guard span?.context != nil else {
        return try await bridge.withCurrent(nil, isolation: isolation) { () async throws(Failure) in
          try await withOwn(nil, isolation: isolation, body)
        }
      }
      return try await bridge.withCurrent(span, isolation: isolation, body)
    }
    return try await withOwn(span, isolation: isolation, body)
  }

  @inlinable @inline(__always)
  static func withOwn<Result, Failure: Error>(
    _ span: TraceSpan?, _ body: () throws(Failure) -> Result
  ) throws(Failure) -> Result {
    let result = own.withValue(span) {
      Swift.Result<Result, Failure> { () throws(Failure) in try body() }
    }
    return try result.get()
  }

  @inlinable @inline(__always)
  static func withOwn<Result, Failure: Error>(
    _ span: TraceSpan?, isolation: isolated (any Actor)?, _ body: () async throws(Failure) -> Result
  ) async throws(Failure) -> Result {
    let result = await own.withValue(span) { () async -> Swift.Result<Result, Failure> in
      do throws(Failure) {
        return .success(try await body())
      } catch {
        return .failure(error)
      }
    }
    return try result.get()
  }
}
