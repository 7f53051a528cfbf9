// How far has a scrape got that is told in parts?

import ObservabilityPlatform
import MetricExposition

/// A scrape half told. One call of `next` at a time; the transport sees to that.
final class Scrape: @unchecked Sendable {
  private struct State {
    var isEncoding = false
    var isFinished = false
    var bytes = 0
    var time = Duration.zero
  }

  // Touched by `next` only, which is called once at a time.
  private var encoder: any ExpositionEncoder & ~Copyable
  private let buffer: ScrapeBuffer
  private let state = Locked(State())

  init(_ encoder: consuming any ExpositionEncoder & ~Copyable, buffer: ScrapeBuffer) {
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

  /// Ends the scrape and gives its buffer back; nil when a part that nobody waits for any more is being written to it.
  func retire() -> ScrapeBuffer? { state.withLock { $0.isEncoding ? nil : buffer } }
}
