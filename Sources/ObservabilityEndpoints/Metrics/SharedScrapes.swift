// Which scrapes are compressed together?

import MetricExposition
import ObservabilityPlatform

/// The scrapes that wait for the encoding thread, by what they have asked for.
///
/// Who asks for the same while the thread is busy with others gets the same answer, which is encoded and compressed once.
/// Nobody joins what has begun: an answer shows everything that was recorded before it was asked for.
final class SharedScrapes: Sendable {
  /// What has to be the same.
  struct Key: Sendable, Hashable {
    let format: ExpositionFormat
    let names: Set<String>
    /// How long collectors were waited for.
    let limit: Duration
    /// How short it may be and is compressed.
    let least: Int
    /// What no other scrape has, for one that shows what was gathered for it alone; 0 for all others.
    var alone: UInt64 = 0
  }

  /// How many share one at the most. What each has gathered is kept until it is encoded, and freed there.
  static let most = 32

  typealias Gather = @Sendable () -> GatheredMetrics

  // There are as many as there are forms that are asked for at once.
  private let waiting = Locked<[Key: SharedScrape]>([:])

  /// How many wait for what has not begun.
  var readers: Int { waiting.withLock { $0.values.reduce(0) { $0 + $1.waiting } } }

  /// - Parameters:
  ///   - slot: given back at once when another's serves for both.
  ///   - start: when it was asked for.
  ///   - gather: what there is to encode. That of whoever has asked last is used: it is older than nobody's request.
  func join(
    _ key: Key, _ slot: ScrapeSlot, since start: ContinuousClock.Instant, _ gather: @escaping Gather
  ) -> SharedScrape.Seat {
    let asked = SharedScrape.Asked(start: start, gather: gather)
    let (seat, isFirst) = waiting.withLock { waiting in
      if let seat = waiting[key]?.join(asked) { return (seat, false) }
      let shared = SharedScrape(slot, asked) { [weak self] shared in self?.forget(shared, key) }
      waiting[key] = shared
      return (SharedScrape.Seat(shared, 0), true)
    }
    if !isFirst { slot.leave() }
    return seat
  }

  private func forget(_ shared: SharedScrape, _ key: Key) {
    waiting.withLock { waiting in
      if waiting[key] === shared { waiting[key] = nil }
    }
  }
}

/// A scrape for all who have joined before it began.
final class SharedScrape: Sendable {
  /// One who waits for it, and reads it then.
  struct Seat: Sendable {
    fileprivate let shared: SharedScrape
    /// Which of its readers it is.
    let number: Int

    fileprivate init(_ shared: SharedScrape, _ number: Int) {
      self.shared = shared
      self.number = number
    }

    /// On the encoding thread: encodes it, unless that has been done for another.
    ///
    /// - Parameter encode: given the slot, what there is to encode, and for how many.
    func scrape(_ encode: (ScrapeSlot, SharedScrapes.Gather, Int) -> EncodedScrape) -> EncodedScrape? {
      shared.scrape(encode)
    }

    /// Wants nothing any more.
    func leave() { shared.leave(number) }
  }

  /// What one who has joined would have encoded. Who has waited longer for collectors joins later, and knows less.
  fileprivate struct Asked {
    let start: ContinuousClock.Instant
    let gather: SharedScrapes.Gather
  }

  private struct State {
    var asked: [Asked]
    var readers = 1
    /// Whether it has begun, or is wanted by nobody.
    var isClosed = false
    var left: Set<Int> = []
    var encoded: EncodedScrape?
  }

  private let slot: ScrapeSlot
  private let forget: @Sendable (SharedScrape) -> Void
  private let state: Locked<State>

  fileprivate init(
    _ slot: ScrapeSlot, _ asked: Asked,
    forget: @escaping @Sendable (SharedScrape) -> Void
  ) {
    self.slot = slot
    self.forget = forget
    state = Locked(State(asked: [asked]))
  }

  fileprivate var waiting: Int { state.withLock { $0.readers - $0.left.count } }

  /// Nil when it has begun, or has as many readers as there may be.
  fileprivate func join(_ asked: Asked) -> Seat? {
    state.withLock { state in
      guard !state.isClosed, state.readers < SharedScrapes.most else { return nil }
      state.asked.append(asked)
      state.readers += 1
      return Seat(self, state.readers - 1)
    }
  }

  private func scrape(
    _ encode: (ScrapeSlot, SharedScrapes.Gather, Int) -> EncodedScrape
  ) -> EncodedScrape? {
    // One thread encodes; what is encoded is there for those who come to it later.
    if let encoded = state.withLock({ $0.encoded }) { return encoded }
    let (asked, readers) = state.withLock { state in
      state.isClosed = true
      // Freed on this thread: what they hold may be large.
      defer { state.asked = [] }
      return (state.asked, state.readers)
    }
    forget(self)
    guard let last = asked.max(by: { $0.start < $1.start }) else { return nil }
    let encoded = encode(slot, last.gather, readers)
    let left = state.withLock { state in
      state.encoded = encoded
      return state.left
    }
    for reader in left { encoded.scrape.leave(reader) }
    return encoded
  }

  private func leave(_ reader: Int) {
    let (encoded, isUnwanted) = state.withLock { state in
      state.left.insert(reader)
      let isUnwanted = !state.isClosed && state.left.count == state.readers
      if isUnwanted { state.isClosed = true }
      return (state.encoded, isUnwanted)
    }
    encoded?.scrape.leave(reader)
    guard isUnwanted else { return }
    forget(self)
    slot.leave()
  }
}

/// A scrape whose first part has been encoded.
struct EncodedScrape: Sendable {
  let scrape: Scrape
  let first: [UInt8]
}
