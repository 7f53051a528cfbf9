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
  let collectors: CollectorRun
  private let settings: EndpointSettings
  private let observer: EndpointObserver
  /// Those of the server, which are in no registry.
  private let ownCollectors: [Registry.NamedCollector]
  private let encoding: EncodingThread
  private let budget: SpoolBudget
  private let formats = NegotiatedFormats()
  private let shared = SharedScrapes()
  /// What tells scrapes apart that share nothing.
  private let lastAlone = Locked<UInt64>(0)
  /// Those of the formats that were asked for: there are few.
  private let madeHeaders = Locked<[MadeHeaders]>([])
  /// A form for people never waits for a scraper's slot, nor a scraper for one of theirs.
  private let admissions: (exposition: ScrapeAdmission, json: ScrapeAdmission, variables: ScrapeAdmission)

  private struct MadeHeaders {
    let format: ExpositionFormat
    let isCompressed: Bool
    let fields: EndpointFields
  }

  init(
    registry: Registry, variables: PublishedVariables, timer: any OneShotTimer, settings: EndpointSettings,
    observer: EndpointObserver
  ) {
    self.registry = registry
    self.variables = variables
    self.timer = timer
    self.settings = settings
    self.observer = observer
    ownCollectors = settings.ownCollectors.map { .init($0) }
    collectors = CollectorRun(
      registry, within: MetricsEndpoint.collectorsShare(of: settings.scrapeDeadline), timer: timer,
      settings: settings, log: observer.log)
    encoding = EncodingThread(timer: timer)
    budget = SpoolBudget(limit: settings.maximumSpooledBytes)
    func admission() -> ScrapeAdmission {
      ScrapeAdmission(limit: settings.maximumConcurrentScrapes, compressors: settings.maximumCompressors)
    }
    admissions = (admission(), admission(), admission())
  }

  /// Bytes that are encoded and wait for slow readers.
  var spooledBytes: Int { budget.spooled }

  /// Who waits for a compressed scrape that has not begun.
  var waitingReaders: Int { shared.readers }

  /// Slots that scrapes hold.
  var slotsInUse: Int {
    [admissions.exposition, admissions.json, admissions.variables].reduce(0) { $0 + $1.slotsInUse }
  }

  /// Compressors of all scrapes.
  var compressorsInUse: Int {
    [admissions.exposition, admissions.json, admissions.variables].reduce(0) { $0 + $1.compressorsInUse }
  }

  /// No scrape is to be expected any more.
  func stop() { encoding.stop() }

  /// Answers in the form that `Accept` asks for.
  func exposition(_ request: EndpointRequest) async -> EndpointResponse {
    var format = formats.format(for: request.headers)
    format.created = settings.includesCreatedSamples && format.form == .openMetrics
    return await scrape(request, as: format)
  }

  /// Asks the collectors, unless the form shows nothing of theirs, and answers.
  func scrape(_ request: EndpointRequest, as format: ExpositionFormat) async -> EndpointResponse {
    guard let slot = admission(of: format.form).enter() else {
      return .refusal(503, "Too many scrapes are under way.\n", headers: ["Retry-After": "1"])
    }
    let start = ContinuousClock.now
    guard format.form.showsCollected else {
      return await respond(
        to: request, in: format, [], slot, since: start, within: settings.scrapeDeadline
      ) { GatheredMetrics(registered: []) }
    }
    let names = Set(request.query.all("name[]"))
    let limit = scrapeLimit(of: request)
    let registry = registry
    // Read once: what is registered while collectors are asked belongs to the next scrape. To sort many new families
    // takes too long for the loop.
    var sorted = registry.sortedContents
    if sorted == nil { sorted = await encoding.run(within: limit) { _ in registry.contents } }
    guard let contents = sorted.take() else { return late }
    let outcomes = await collectors.ask(
      contents.collectors, within: MetricsEndpoint.collectorsShare(of: limit), names: names)
    let (collectors, own) = (collectors, ownCollectors)
    // Taken out by whoever encodes: to free tens of thousands of families takes too long for the loop.
    let gathered = Locked<(Registry.Contents, [CollectorRun.Outcome])?>((consume contents, consume outcomes))
    return await respond(to: request, in: format, names, slot, since: start, within: limit) {
      guard let (contents, outcomes) = gathered.withLock({ $0.take() }) else {
        return GatheredMetrics(registered: [])
      }
      registry.expireIdleSeries()
      return collectors.metrics(contents, own: own, registry.reports, outcomes, named: names)
    }
  }

  /// Answers with what a host has collected for this request alone.
  func expose(
    _ families: HostFamilies, to request: EndpointRequest, within limit: Duration
  ) async -> EndpointResponse {
    let format = formats.format(for: request.headers)
    guard let slot = admission(of: format.form).enter() else {
      return .refusal(503, "Too many scrapes are under way.\n", headers: ["Retry-After": "1"])
    }
    let number = lastAlone.withLock { last in
      last &+= 1
      return last
    }
    // Names have been seen to.
    return await respond(
      to: request, in: format, [], slot, since: .now, within: min(limit, settings.scrapeDeadline),
      alone: number
    ) { families.take() }
  }

  private func admission(of form: ExpositionForm) -> ScrapeAdmission {
    switch form {
    case .text, .openMetrics: admissions.exposition
    case .json: admissions.json
    case .variables: admissions.variables
    }
  }

  private var late: EndpointResponse {
    .refusal(503, "The metrics could not be encoded in time.\n", headers: ["Retry-After": "1"])
  }

  // MARK: - Encoding

  /// Gathers and encodes on the encoding thread: what fits into the first part as one body, more as a stream.
  private func respond(
    to request: EndpointRequest, in format: ExpositionFormat, _ names: Set<String>, _ slot: ScrapeSlot,
    since start: ContinuousClock.Instant, within limit: Duration, alone: UInt64 = 0,
    gather: @escaping @Sendable () -> GatheredMetrics
  ) async -> EndpointResponse {
    // Encoding has what is left of the scrape's time, and at least a little.
    let rest = max(.milliseconds(500), limit - (ContinuousClock.now - start))
    let compression = compression(of: request)
    // Of the rest a request for the head alone reads nothing.
    if request.method == "HEAD" {
      let encoded = await encoding.run(within: rest) { [self] buffer in
        encode(gather, in: format, slot, since: start, readers: 0, compression, &buffer)
      }
      return encoded.map { answer(with: $0, in: format, reader: 0, since: start) } ?? late
    }
    guard let compression else {
      let encoded = await encoding.run(within: rest) { [self] buffer in
        encode(gather, in: format, slot, since: start, readers: 1, nil, &buffer)
      }
      return encoded.map { answer(with: $0, in: format, reader: 0, since: start) } ?? late
    }
    let key = SharedScrapes.Key(
      format: format, names: names, limit: limit, least: compression.least, alone: alone)
    let seat = shared.join(key, slot, since: start, gather)
    let encoded = await encoding.run(within: rest) { [self] buffer in
      seat.scrape { slot, gather, readers in
        encode(gather, in: format, slot, since: start, readers: readers, compression, &buffer)
      }
    }
    guard let encoded, let encoded else {
      seat.leave()
      return late
    }
    return answer(with: encoded, in: format, reader: seat.number, since: start)
  }

  /// On the encoding thread: the first part, and what there is room for until it is read.
  private func encode(
    _ gather: @Sendable () -> GatheredMetrics, in format: ExpositionFormat, _ slot: ScrapeSlot,
    since start: ContinuousClock.Instant, readers: Int, _ compression: Compression?,
    _ buffer: inout OutputBuffer
  ) -> EncodedScrape {
    let scrape = Scrape(
      format.encoder(of: gather(), variables), slot, budget, readers: readers, compression, on: encoding)
    let first = scrape.encodeFirst(&buffer)
    if readers > 0 { scrape.encodeAhead(&buffer) }
    if scrape.isEncoded { scrape.report(to: observer, format.form, since: start) }
    // Nobody comes for the rest: what it would need is not held until the head has been sent.
    if readers == 0 {
      scrape.drop()
      scrape.letGo()
    }
    return EncodedScrape(scrape: scrape, first: first)
  }

  private func answer(
    with encoded: EncodedScrape, in format: ExpositionFormat, reader: Int,
    since start: ContinuousClock.Instant
  ) -> EndpointResponse {
    let (scrape, first) = (encoded.scrape, encoded.first)
    guard !scrape.hasFailed else {
      observer.log("a scrape could not be compressed")
      return .refusal(503, "The metrics could not be compressed.\n", headers: ["Retry-After": "1"])
    }
    let headers = headers(of: format, isCompressed: scrape.isCompressed)
    if scrape.isWhole { return EndpointResponse(status: 200, headers: headers, body: .bytes(first)) }
    let (observer, form) = (observer, format.form)
    let stream = stream(scrape, reader: reader, after: first) {
      scrape.report(to: observer, form, since: start)
    }
    return EndpointResponse(status: 200, headers: headers, body: .stream(stream))
  }

  /// - Parameter report: called on the encoding thread when the last part is encoded there.
  private func stream(
    _ scrape: Scrape, reader: Int, after first: [UInt8], report: @escaping @Sendable () -> Void
  ) -> EndpointBodyStream {
    scrape.beginReading(first)
    let deadline = timer.schedule(after: settings.readDeadline) { [weak scrape] in scrape?.leave(reader) }
    let head = Locked<[UInt8]?>(first)
    let (encoding, limit) = (encoding, settings.scrapeDeadline)
    var stream = EndpointBodyStream(
      next: {
        if let first = head.withLock({ $0.take() }) { return first }
        while true {
          switch try scrape.next(for: reader) {
          case .part(let part): return part
          case .end: return nil
          case .notEncoded:
            let isDone: Void? = await encoding.run(within: limit) { buffer in
              scrape.encodeMore(&buffer, for: reader)
              if scrape.isEncoded { report() }
            }
            guard isDone != nil else { throw Scrape.LetGo() }
          }
        }
      },
      finished: {
        deadline.cancel()
        scrape.leave(reader)
      })
    stream.isNonblocking = true
    return stream
  }

  // MARK: - What a request asks for

  /// How the answer is compressed; nil when it is not to be.
  private func compression(of request: EndpointRequest) -> Compression? {
    guard let gzip = settings.gzip else { return nil }
    let accepted = AcceptedCodings(request.headers)
    guard accepted.asksForGzip else { return nil }
    return Compression(gzip: gzip, least: accepted.refusesIdentity ? 0 : Compression.worthwhile)
  }

  /// A fifth of the time is left for encoding, so that a collector that hangs costs its own samples only.
  private static func collectorsShare(of limit: Duration) -> Duration { limit - min(limit / 5, .seconds(2)) }

  private func headers(of format: ExpositionFormat, isCompressed: Bool) -> EndpointFields {
    madeHeaders.withLock { made in
      if let known = made.first(where: { $0.format == format && $0.isCompressed == isCompressed }) {
        return known.fields
      }
      let isNegotiated = format.form.isNegotiated
      var headers: EndpointFields = [
        "Content-Type": format.contentType,
        "Vary": isNegotiated ? "Accept, Accept-Encoding" : "Accept-Encoding",
        "Cache-Control": "no-store",
      ]
      if isCompressed { headers.append("Content-Encoding", "gzip") }
      // The forms for scrapers have types of their own; JSON is what a browser could take for something else.
      if !isNegotiated { headers.append("X-Content-Type-Options", "nosniff") }
      made.append(MadeHeaders(format: format, isCompressed: isCompressed, fields: headers))
      return headers
    }
  }

  /// Prometheus gives up at its own time-out.
  private func scrapeLimit(of request: EndpointRequest) -> Duration {
    min(settings.scrapeDeadline, request.scrapeTimeout ?? settings.scrapeDeadline)
  }
}
