// What would a scrape show, for who asks without a server?

package import MetricExposition
package import MetricInstruments
package import ObservabilityPlatform

extension Registry {
  /// What a scrape would show now. Called from within a collector: without what collectors return.
  ///
  /// - Parameters:
  ///   - limit: how long collectors may take; that of the first call is kept.
  ///   - timer: what measures it; that of the first call is kept.
  ///   - names: if not empty, only families that have one of these names, or samples of that name.
  package func gather(
    within limit: Duration, timer: any OneShotTimer, names: Set<String> = []
  ) async -> GatheredMetrics {
    // One for all calls, so that a collector that hangs holds one task.
    let run = attachments.value(for: 0) {
      var settings = EndpointSettings()
      // Whoever calls runs on the pool.
      settings.poolPatience = limit
      return CollectorRun(self, within: limit, timer: timer, settings: settings, log: { _ in })
    }
    let contents = contents
    // One that asked all of them would ask itself, and so on for ever.
    let outcomes =
      CollectorFlights.isCollecting ? [] : await run.ask(contents.collectors, within: limit, names: names)
    expireIdleSeries()
    return run.metrics(contents, reports, outcomes, named: names)
  }
}
