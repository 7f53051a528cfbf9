// What do `/metrics`, `/metrics.json` and `/debug/vars` answer?

import EndpointMessages
import ObservabilityPlatform
import MetricExposition
import MetricInstruments

/// Gathers, encodes, and hands out the text in parts.
final class MetricsEndpoint: Sendable {
  private let registry: Registry
  private let variables: PublishedVariables
  private let timer: any OneShotTimer
  private let collectors: CollectorRun
  private let settings: EndpointSettings
  private let observer: EndpointObserver
  private let places: ScrapePlaces

  /// What is encoded before the first byte is sent; an exposition that fits has a known length.
  /// Larger ones keep their place until the client has read them: what slow readers hold stays bounded.
  private static let firstPart = 128 << 10
  private static let part = 256 << 10

  init(
    registry: Registry, variables: PublishedVariables, timer: any OneShotTimer, settings: EndpointSettings,
    observer: EndpointObserver
  ) {
    self.registry = registry
    self.variables = variables
    self.timer = timer
    self.settings = settings
    self.observer = observer
    collectors = CollectorRun(allowsUTF8Names: registry.allowsUTF8Names, timer: timer, log: observer.log)
    places = ScrapePlaces(limit: settings.maximumConcurrentScrapes)
  }

  /// Answers in the form that `Accept` asks for.
  func exposition(_ request: EndpointRequest) async -> EndpointResponse {
    var format = ExpositionFormat.negotiated(request.headers.accepted)
    format.created = settings.includesCreatedSamples && format.form == .openMetrics
    return await scrape(request, as: format)
  }

  /// Asks the collectors, unless the form shows nothing of theirs, and answers.
  func scrape(_ request: EndpointRequest, as format: ExpositionFormat) async -> EndpointResponse {
    guard let place = places.take() else {
      return .text(503, "Too many scrapes are under way.\n", headers: ["Retry-After": "1"])
    }
    let start = ContinuousClock.now
    let variables = variables
    guard format.form.showsCollected else {
      return await respond(in: format, place, since: start, within: settings.scrapeDeadline) {
        Scrape(format.encoder(of: GatheredMetrics(registered: []), variables), buffer: $0)
      }
    }
    let names = Set(request.query.all("name[]"))
    let limit = scrapeLimit(of: request)
    // Read once: what is registered while collectors are asked belongs to the next scrape.
    let contents = registry.contents
    // A fifth of the time is left for encoding, so that a collector that hangs costs its own samples only.
    let outcomes = await collectors.ask(
      contents.collectors, within: limit - min(limit / 5, .seconds(2)), names: names)
    let (registry, collectors) = (registry, collectors)
    return await respond(in: format, place, since: start, within: limit) {
      registry.expireIdleSeries()
      let metrics = collectors.metrics(contents, registry.reports, outcomes, named: names)
      return Scrape(format.encoder(of: metrics, variables), buffer: $0)
    }
  }

  /// Encodes off the loop; what does not fit into the first part is encoded as the client takes it.
  private func respond(
    in format: ExpositionFormat, _ place: ScrapePlaces.Place, since start: ContinuousClock.Instant,
    within limit: Duration, begin: @escaping @Sendable (ScrapeBuffer) -> Scrape
  ) async -> EndpointResponse {
    let buffer = places.takeBuffer()
    // Encoding has what is left of the scrape's time, and at least a little.
    let rest = max(.milliseconds(500), limit - (ContinuousClock.now - start))
    let outcome = await offLoop(within: rest, timer: timer) {
      let scrape = begin(buffer)
      return (scrape, scrape.next(untilSize: MetricsEndpoint.firstPart))
    }
    guard case .finished((let scrape, let first)) = outcome else {
      return .text(503, "The metrics could not be encoded in time.\n", headers: ["Retry-After": "1"])
    }
    // From here on only the time spent encoding counts: how slowly a client reads is its own affair.
    let beforeFirst = ContinuousClock.now - start - scrape.encodingTime
    let end: @Sendable () -> Void = { [self] in
      observer.scraped(
        .init(form: format.form, duration: beforeFirst + scrape.encodingTime, bytes: scrape.encodedBytes))
      if let buffer = scrape.retire() { places.give(back: buffer) }
      place.give()
    }
    guard !scrape.isFinished else {
      end()
      return EndpointResponse(status: 200, headers: headers(of: format), body: .bytes(first))
    }
    let parts = Locked<[UInt8]?>(first)
    let next: @Sendable () async -> [UInt8]? = {
      let first = parts.withLock { part in
        defer { part = nil }
        return part
      }
      return first ?? (scrape.isFinished ? nil : scrape.next(untilSize: MetricsEndpoint.part))
    }
    return EndpointResponse(
      status: 200, headers: headers(of: format),
      body: .stream(EndpointBodyStream(next: next, finished: end)))
  }

  private func headers(of format: ExpositionFormat) -> EndpointFields {
    let isNegotiated = format.form.isNegotiated
    var headers: EndpointFields = [
      "Content-Type": format.contentType,
      "Vary": isNegotiated ? "Accept, Accept-Encoding" : "Accept-Encoding",
      "Cache-Control": "no-store",
    ]
    // The forms for scrapers have types of their own; JSON is what a browser could take for something else.
    if !isNegotiated { headers.append("X-Content-Type-Options", "nosniff") }
    return headers
  }

  /// Prometheus gives up at its own time-out; half a second is left for the way back. What makes no sense is ignored.
  private func scrapeLimit(of request: EndpointRequest) -> Duration {
    let most = settings.scrapeDeadline
    guard let text = request.headers["X-Prometheus-Scrape-Timeout-Seconds"], let seconds = Double(text),
      seconds.isFinite, seconds > 0
    else { return most }
    return min(most, max(.milliseconds(10), .seconds(min(seconds, 3600) - 0.5)))
  }
}
