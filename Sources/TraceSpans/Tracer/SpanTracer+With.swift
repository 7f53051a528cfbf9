// How is a piece of code one span?

extension SpanTracer {
  /// Runs `body` as a span, which is ``TraceSpan/current`` meanwhile and ends with it. An error that it
  /// throws marks the span, see ``TraceSpan/fail(_:)``. While the tracer is not started, only `body` is run.
  ///
  /// - Parameters:
  ///   - name: what is done, one of few: `SMTP DATA`. Cut at 256 bytes.
  ///   - family: what a trace that begins here is kept among; nil for the first word of `name`.
  ///   - kind: what the span is to the one that it belongs to.
  ///   - parent: what it belongs to.
  ///   - links: spans that it refers to.
  ///   - body: is given the span.
  /// - Returns: what `body` returns.
  /// - Throws: what `body` throws.
  @inlinable @inline(__always)
  public func withSpan<Result, Failure: Error>(
    _ name: String, family: String? = nil, kind: TraceSpan.Kind = .internal,
    parent: TraceSpan.Parent = .current,
    links: [TraceSpan.Link] = [], _ body: (TraceSpan) throws(Failure) -> Result
  ) throws(Failure) -> Result {
    // The caller's own code holds this much of it; the rest, with all of its arguments, stands aside.
    guard isStarted else { return try body(absent) }
    return try begin(name, family, kind, parent, links, nil).run(body)
  }

  /// Runs `body` as a span, which is ``TraceSpan/current`` meanwhile, in child tasks too, and ends with it.
  /// An error that it throws marks the span, see ``TraceSpan/fail(_:)``. While the tracer is not started,
  /// only `body` is run.
  ///
  /// - Parameters:
  ///   - name: what is done, one of few: `SMTP DATA`. Cut at 256 bytes.
  ///   - family: what a trace that begins here is kept among; nil for the first word of `name`.
  ///   - kind: what the span is to the one that it belongs to.
  ///   - parent: what it belongs to.
  ///   - links: spans that it refers to.
  ///   - isolation: the actor that `body` runs on: the caller's.
  ///   - body: is given the span.
  /// - Returns: what `body` returns.
  /// - Throws: what `body` throws.
  @inlinable @inline(__always)
  public func withSpan<Result, Failure: Error>(
    _ name: String, family: String? = nil, kind: TraceSpan.Kind = .internal,
    parent: TraceSpan.Parent = .current,
    links: [TraceSpan.Link] = [], isolation: isolated (any Actor)? = #isolation,
    _ body: (TraceSpan) async throws(Failure) -> Result
  ) async throws(Failure) -> Result {
    guard isStarted else { return try await body(absent) }
    return try await begin(name, family, kind, parent, links, nil).run(body)
  }
}

extension TraceSpan {
  /// Runs `body` with this as ``current``, and ends it; an error marks it.
  @inlinable @inline(never)
  package func run<Result, Failure: Error>(
    _ body: (TraceSpan) throws(Failure) -> Result
  ) throws(Failure) -> Result {
    let result = TraceSpan.withCurrent(self) {
      Swift.Result<Result, Failure> { () throws(Failure) in try body(self) }
    }
    if case .failure(let error) = result { fail(error) }
    end()
    return try result.get()
  }

  /// Runs `body` with this as ``current``, and ends it; an error marks it.
  @inlinable @inline(never)
  package func run<Result, Failure: Error>(
    isolation: isolated (any Actor)? = #isolation, _ body: (TraceSpan) async throws(Failure) -> Result
  ) async throws(Failure) -> Result {
    let result = await TraceSpan.withCurrent(self) { () async -> Swift.Result<Result, Failure> in
      do throws(Failure) {
        return .success(try await body(self))
      } catch {
        return .failure(error)
      }
    }
    if case .failure(let error) = result { fail(error) }
    end()
    return try result.get()
  }
}
