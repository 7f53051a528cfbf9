// What `/metrics`, `/metrics.json` and `/debug/vars` answer.

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
  private let underWay = Locked(0)
  /// Buffers of earlier scrapes, at most as many as there may be scrapes.
  private let buffers = Locked<[ScrapeBuffer]>([])

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
    collectors = CollectorRun(registry: registry, timer: timer, log: observer.log)
  }

  /// The text formats, by `Accept`.
  func exposition(_ request: EndpointRequest) async -> EndpointResponse {
    var format = ExpositionFormat.negotiated(accept: request.headers.joined("Accept"))
    format.created = settings.includesCreatedSamples && format.isOpenMetrics
    let headers: EndpointFields = [
      "Content-Type": format.contentType, "Vary": "Accept, Accept-Encoding", "Cache-Control": "no-store",
    ]
    return await scrape(request, as: format.isOpenMetrics ? .openMetrics : .text, headers) { [format] in
      Scrape(TextEncoder($0, format: format), buffer: $1)
    }
  }

  /// `/metrics.json`.
  func json(_ request: EndpointRequest) async -> EndpointResponse {
    await scrape(request, as: .json, jsonHeaders(MetricsJSONEncoder.contentType)) {
      Scrape(MetricsJSONEncoder($0), buffer: $1)
    }
  }

  /// `/debug/vars`. It asks no collector.
  func publishedVariables() async -> EndpointResponse {
    guard let place = takePlace() else { return tooMany }
    let variables = variables
    return await respond(
      as: .variables, jsonHeaders(VariablesEncoder.contentType), in: place, since: .now,
      within: settings.scrapeDeadline
    ) {
      Scrape(VariablesEncoder(variables), buffer: $0)
    }
  }

  /// Asks the collectors and encodes what there is.
  private func scrape(
    _ request: EndpointRequest, as form: ScrapeForm, _ headers: EndpointFields,
    begin: @escaping @Sendable (GatheredMetrics, ScrapeBuffer) -> any PartialScrape
  ) async -> EndpointResponse {
    guard let place = takePlace() else { return tooMany }
    let start = ContinuousClock.now
    let names = Set(request.query.all("name[]"))
    let limit = scrapeLimit(of: request)
    // A fifth of the time is left for encoding, so that a collector that hangs costs its own samples only.
    let collected = await collectors.collect(within: limit - min(limit / 5, .seconds(2)), names: names)
    let registry = registry
    return await respond(as: form, headers, in: place, since: start, within: limit) {
      begin(GatheredMetrics(registered: registry.families, collected: collected, names: names), $0)
    }
  }

  /// Encodes off the loop; what does not fit into the first part is encoded as the client takes it.
  private func respond(
    as form: ScrapeForm, _ headers: EndpointFields, in place: Place, since start: ContinuousClock.Instant,
    within limit: Duration, begin: @escaping @Sendable (ScrapeBuffer) -> any PartialScrape
  ) async -> EndpointResponse {
    let buffer = takeBuffer()
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
        .init(form: form, duration: beforeFirst + scrape.encodingTime, bytes: scrape.encodedBytes))
      if let buffer = scrape.retire() { give(back: buffer) }
      place.give()
    }
    guard !scrape.isFinished else {
      end()
      return EndpointResponse(status: 200, headers: headers, body: .bytes(first))
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
      status: 200, headers: headers, body: .stream(EndpointBodyStream(next: next, finished: end)))
  }

  private func jsonHeaders(_ contentType: String) -> EndpointFields {
    [
      "Content-Type": contentType, "Vary": "Accept-Encoding", "Cache-Control": "no-store",
      "X-Content-Type-Options": "nosniff",
    ]
  }

  private var tooMany: EndpointResponse {
    .text(503, "Too many scrapes are under way.\n", headers: ["Retry-After": "1"])
  }

  /// Prometheus gives up at its own time-out; half a second is left for the way back. What makes no sense is ignored.
  private func scrapeLimit(of request: EndpointRequest) -> Duration {
    let most = settings.scrapeDeadline
    guard let text = request.headers["X-Prometheus-Scrape-Timeout-Seconds"], let seconds = Double(text),
      seconds.isFinite, seconds > 0
    else { return most }
    return min(most, max(.milliseconds(10), .seconds(min(seconds, 3600) - 0.5)))
  }

  // MARK: - Places and buffers

  /// Nil when as many scrapes are under way as may be.
  private func takePlace() -> Place? {
    let isFree = underWay.withLock { count in
      guard count < settings.maximumConcurrentScrapes else { return false }
      count += 1
      return true
    }
    return isFree ? Place { [self] in leave() } : nil
  }

  private func leave() { underWay.withLock { $0 -= 1 } }

  private func takeBuffer() -> ScrapeBuffer {
    buffers.withLock { $0.popLast() } ?? ScrapeBuffer()
  }

  private func give(back buffer: ScrapeBuffer) {
    buffers.withLock { if $0.count < settings.maximumConcurrentScrapes { $0.append(buffer) } }
  }
}

/// A place among the scrapes under way: given back once, at the latest when nobody holds it any more.
private final class Place: Sendable {
  private let leave: Locked<(@Sendable () -> Void)?>

  init(_ leave: @escaping @Sendable () -> Void) { self.leave = Locked(leave) }

  deinit { give() }

  func give() {
    let leave = leave.withLock { leave in
      defer { leave = nil }
      return leave
    }
    leave?()
  }
}

/// An output buffer that one scrape at a time uses.
final class ScrapeBuffer: @unchecked Sendable {
  var buffer = OutputBuffer(capacity: 128 << 10)
}

/// A scrape half told. One call at a time; the transport sees to that.
private protocol PartialScrape: AnyObject, Sendable {
  var isFinished: Bool { get }
  var encodedBytes: Int { get }
  var encodingTime: Duration { get }
  func next(untilSize size: Int) -> [UInt8]
  /// Ends the scrape and gives its buffer back; nil when a part that nobody waits for any more is being written to it.
  func retire() -> ScrapeBuffer?
}

private final class Scrape<Encoder: ExpositionEncoder & ~Copyable>: PartialScrape, @unchecked Sendable {
  private struct State {
    var isEncoding = false
    var isFinished = false
    var bytes = 0
    var time = Duration.zero
  }

  // Touched by `next` only, which is called once at a time.
  private var encoder: Encoder
  private let buffer: ScrapeBuffer
  private let state = Locked(State())

  init(_ encoder: consuming Encoder, buffer: ScrapeBuffer) {
    self.encoder = encoder
    self.buffer = buffer
  }

  var isFinished: Bool { state.withLock { $0.isFinished } }
  var encodedBytes: Int { state.withLock { $0.bytes } }
  var encodingTime: Duration { state.withLock { $0.time } }

  func next(untilSize size: Int) -> [UInt8] {
    state.withLock { $0.isEncoding = true }
    let start = ContinuousClock.now
    buffer.buffer.removeAll()
    let isFinished = !encoder.encode(to: &buffer.buffer, untilSize: size)
    let part = [UInt8](buffer.buffer.bytes)
    state.withLock { state in
      state.isEncoding = false
      state.isFinished = isFinished
      state.bytes += part.count
      state.time += ContinuousClock.now - start
    }
    return part
  }

  func retire() -> ScrapeBuffer? { state.withLock { $0.isEncoding ? nil : buffer } }
}

extension EndpointFields {
  /// The values of a list header that may come in several lines, as one.
  func joined(_ name: String) -> String? {
    let values = all(name)
    return values.isEmpty ? nil : values.joined(separator: ",")
  }
}
