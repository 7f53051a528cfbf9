// What does the library record about itself?

import ObservabilityHTTP
import MetricExposition
import MetricInstruments

/// The families about scrapes, the HTTP server and the executor.
struct ObservabilityMetrics: Sendable {
  let scrapes: ClosedFamily<Counter, ExpositionForm>
  let scrapeDuration: Histogram
  let lastScrapeBytes: Gauge
  let series: Gauge
  let requests: BoundedFamily<Counter, (String, String)>
  let rejected: ClosedFamily<Counter, HTTPRejectReason>
  let executorDelay: Histogram

  init(_ registry: Registry, _ buckets: CatalogueBuckets) throws(RegistrationError) {
    scrapes = try registry.register(
      .counter("observability_scrapes_total", help: "Scrapes answered, by format."),
      by: ("format", ExpositionForm.self))
    scrapeDuration = try registry.register(
      .histogram(
        "observability_scrape_duration_seconds", help: "Time to gather and encode a scrape.", unit: "seconds",
        buckets: buckets.scrape))
    lastScrapeBytes = try registry.register(
      .gauge("observability_last_scrape_bytes", help: "Size of the last scrape, uncompressed.", unit: "bytes")
    )
    series = try registry.register(
      .gauge("observability_series", help: "Series that the registry held at the last scrape."))
    requests = try registry.register(
      .counter("observability_http_requests_total", help: "Requests answered, by route and status."),
      byBounded: "route", "code", limit: 64)
    rejected = try registry.register(
      .counter(
        "observability_http_rejected_total",
        help: "Requests and connections that a limit, a deadline or a framing error ended, by reason."),
      by: ("reason", HTTPRejectReason.self))
    executorDelay = try registry.register(
      .histogram(
        "executor_delay_seconds", help: "How late a task ran on the cooperative pool.", unit: "seconds",
        buckets: buckets.executorDelay))
  }
}

extension HTTPRejectReason: ClosedLabel {}
