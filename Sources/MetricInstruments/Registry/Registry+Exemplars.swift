// How does a program say which trace its recordings belong to?

extension Registry {
  /// Sets what is asked for the labels of an exemplar when a recording names none; nil asks nobody.
  ///
  /// ```swift
  /// registry.setExemplarSource { TraceContext.current.map { ["trace_id": $0.traceID] } }
  /// ```
  ///
  /// It is asked by ``Histogram/observe(_:)-(Double)``, by timers, and by the forms of ``Counter`` that are given an
  /// amount (`increment(by:)`); a bare ``Counter/increment()`` is inlined into its caller and asks nobody. The hook
  /// runs on the recording thread, so it must be quick and must not block. What it records itself has no exemplar.
  /// Labels that no scraper would take are left out and counted as `invalid_label`; the amount is recorded. May be
  /// called from any thread, at any time; but set it once, since each one that was set is kept for as long as the registry.
  public func setExemplarSource(_ source: (@Sendable () -> Exemplar.Labels?)?) {
    context.exemplarSource.set(source)
  }
}
