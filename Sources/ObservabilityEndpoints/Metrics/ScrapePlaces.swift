// How many scrapes may be under way, and what does each of them write to?

import ObservabilityPlatform
import MetricExposition

/// The places for scrapes, and the buffers that they leave behind.
final class ScrapePlaces: Sendable {
  private let limit: Int
  private let underWay = Locked(0)
  /// Buffers of earlier scrapes, at most as many as there may be scrapes.
  private let buffers = Locked<[ScrapeBuffer]>([])

  init(limit: Int) { self.limit = limit }

  /// Nil when as many scrapes are under way as may be.
  func take() -> Place? {
    let isFree = underWay.withLock { count in
      guard count < limit else { return false }
      count += 1
      return true
    }
    return isFree ? Place { [self] in leave() } : nil
  }

  private func leave() { underWay.withLock { $0 -= 1 } }

  func takeBuffer() -> ScrapeBuffer {
    buffers.withLock { $0.popLast() } ?? ScrapeBuffer()
  }

  func give(back buffer: ScrapeBuffer) {
    buffers.withLock { if $0.count < limit { $0.append(buffer) } }
  }
}

extension ScrapePlaces {
  /// A place among the scrapes under way: given back once, at the latest when nobody holds it any more.
  final class Place: Sendable {
    private let leave: Locked<(@Sendable () -> Void)?>

    fileprivate init(_ leave: @escaping @Sendable () -> Void) { self.leave = Locked(leave) }

    deinit { give() }

    func give() {
      let leave = leave.withLock { leave in
        defer { leave = nil }
        return leave
      }
      leave?()
    }
  }
}

/// An output buffer that one scrape at a time uses.
final class ScrapeBuffer: @unchecked Sendable {
  var buffer = OutputBuffer(capacity: 128 << 10)
}
