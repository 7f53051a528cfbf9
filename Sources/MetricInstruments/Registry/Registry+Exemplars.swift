// How does a program say which trace its recordings belong to?

package import ObservabilityPlatform

extension Registry {
  /// Sets what is asked for the labels of an exemplar when a recording names none; nil asks nobody.
  ///
  /// ```swift
  /// registry.setExemplarSource { OtherTrace.current.map { ["trace_id": $0.traceID] } }
  /// ```
  ///
  /// It is asked by ``Histogram/observe(_:)-(Double)``, by timers, and by the forms of ``Counter`` that are
  /// given an amount (`increment(by:)`); a bare ``Counter/increment()`` is inlined into its caller and asks
  /// nobody. The hook is asked for one recording every 100 ms of a counter and of each bucket of a histogram,
  /// whether it has labels for it or not, so that what lies between costs next to nothing; the server's
  /// thread, or that of the export of spans, counts that time, and where neither runs every recording asks.
  /// It runs on the recording thread, so it must be quick and must not block. What it records itself has no
  /// exemplar. Labels that no scraper would take are left out and counted as `invalid_label`; the amount is
  /// recorded. May be called from any thread, at any time; but set it once, since each one that was set is
  /// kept for as long as the registry.
  public func setExemplarSource(_ source: (@Sendable () -> Exemplar.Labels?)?) {
    context.exemplarSource.set(source)
  }

  /// Bounds by `timer` how often the source is asked, until ``endExemplarTicks(_:)`` is called with what this
  /// returns.
  package func beginExemplarTicks(on timer: any OneShotTimer) -> UInt64 {
    context.exemplarSource.beginTicks(on: timer)
  }

  /// The timer is used no longer when this returns.
  package func endExemplarTicks(_ number: UInt64) { context.exemplarSource.endTicks(number) }
}
