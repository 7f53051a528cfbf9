// What `/metrics` answers.

internal import HTTPTransport
internal import Locking
internal import MetricExposition
internal import MetricInstruments
internal import SocketIO

/// Gathers, encodes, and hands out the text in parts.
final class MetricsEndpoint: Sendable {
  private let registry: Registry
  private let timer: any DeadlineTimer
  private let collectors: CollectorRun
  private let settings: EndpointSettings
  private let observer: EndpointObserver
  private let underWay = Locked(0)
  /// Buffers of earlier scrapes, at most as many as there may be scrapes.
  private let buffers = Locked<[ScrapeBuffer]>([])

  /// What is encoded before the first byte is sent; an exposition that fits has a known length.
  private static let firstPart = 1 << 20
  private static let part = 256 << 10

  init(
    registry: Registry, timer: any DeadlineTimer, settings: EndpointSettings, observer: EndpointObserver
  ) {
    self.registry = registry
    self.timer = timer
    self.settings = settings
    self.observer = observer
    collectors = CollectorRun(registry: registry, timer: timer, log: observer.log)
  }

  func respond(to request: HTTPRequest) async -> HTTPResponse {
    guard enter() else {
      return .text(503, "Too many scrapes are under way.\n", headers: ["Retry-After": "1"])
    }
    let place = Place { [self] in leave() }
    let start = ContinuousClock.now
    var format = ExpositionFormat.negotiated(accept: request.headers.joined("Accept"))
    format.created = settings.createdSamples && format.isOpenMetrics
    let names = Set(request.query.all("name[]"))
    let limit = scrapeLimit(of: request)
    // A fifth of the time is left for encoding, so that a collector that hangs costs its own samples only.
    let collected = await collectors.collect(within: limit - min(limit / 5, .seconds(2)), names: names)
    let registry = registry
    let buffer = takeBuffer()
    // Encoding has what is left of the scrape's time, and at least a little.
    let rest = max(.milliseconds(500), limit - (ContinuousClock.now - start))
    let outcome = await offLoop(within: rest, timer: timer) { [format] in
      let scrape = Scrape(
        GatheredMetrics(registered: registry.families, collected: collected, names: names), format: format,
        buffer: buffer)
      return (scrape, scrape.next(untilSize: MetricsEndpoint.firstPart))
    }
    guard case .finished((let scrape, let first)) = outcome else {
      return .text(503, "The metrics could not be encoded in time.\n", headers: ["Retry-After": "1"])
    }
    observer.scraped(
      .init(isOpenMetrics: format.isOpenMetrics, duration: ContinuousClock.now - start, bytes: first.count))
    let headers: HTTPFields = [
      "Content-Type": format.contentType, "Vary": "Accept, Accept-Encoding", "Cache-Control": "no-store",
    ]
    guard !scrape.isFinished else {
      give(back: buffer)
      place.give()
      return HTTPResponse(status: 200, headers: headers, body: .bytes(first))
    }
    let parts = Locked<[UInt8]?>(first)
    return HTTPResponse(
      status: 200, headers: headers,
      body: .stream(
        HTTPBodyStream(
          next: {
            if let first = parts.withLock({ part in
              defer { part = nil }; return part
            }) {
              return first
            }
            return scrape.isFinished ? nil : scrape.next(untilSize: MetricsEndpoint.part)
          },
          finished: { [self] in
            give(back: buffer)
            place.give()
          })))
  }

  /// Prometheus gives up at its own time-out; half a second is left for the way back. What makes no sense is ignored.
  private func scrapeLimit(of request: HTTPRequest) -> Duration {
    let most = settings.scrapeDeadline
    guard let text = request.headers["X-Prometheus-Scrape-Timeout-Seconds"], let seconds = Double(text),
      seconds.isFinite, seconds > 0
    else { return most }
    return min(most, max(.milliseconds(10), .seconds(min(seconds, 3600) - 0.5)))
  }

  // MARK: - Places and buffers

  private func enter() -> Bool {
    underWay.withLock { count in
      guard count < settings.maximumScrapes else { return false }
      count += 1
      return true
    }
  }

  private func leave() { underWay.withLock { $0 -= 1 } }

  private func takeBuffer() -> ScrapeBuffer {
    buffers.withLock { $0.popLast() } ?? ScrapeBuffer()
  }

  private func give(back buffer: ScrapeBuffer) {
    buffers.withLock { if $0.count < settings.maximumScrapes { $0.append(buffer) } }
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
private final class Scrape: @unchecked Sendable {
  private var encoder: TextEncoder
  private let buffer: ScrapeBuffer
  private(set) var isFinished = false

  init(_ metrics: GatheredMetrics, format: ExpositionFormat, buffer: ScrapeBuffer) {
    encoder = TextEncoder(metrics, format: format)
    self.buffer = buffer
  }

  func next(untilSize size: Int) -> [UInt8] {
    buffer.buffer.removeAll()
    isFinished = !encoder.encode(to: &buffer.buffer, untilSize: size)
    return [UInt8](buffer.buffer.bytes)
  }
}

extension HTTPFields {
  /// The values of a list header that may come in several lines, as one.
  func joined(_ name: String) -> String? {
    let values = all(name)
    return values.isEmpty ? nil : values.joined(separator: ",")
  }
}
