// How far has a scrape got that is written in parts?

import MetricExposition
import ObservabilityPlatform

/// A scrape that may be partially written: what is encoded of it waits here for its reader, what is not yet waits for
/// the worker thread.
///
/// It is encoded ahead of its reader as far as the budget goes. When all is encoded, its slot is given back, and nothing
/// of the registry is held any more, however slowly it is read.
final class Scrape: @unchecked Sendable {
  /// The scrape had to make room for another, or was not read within its time. The connection is cut, so that nobody
  /// takes the part for the whole.
  struct LetGo: Error {}

  /// What there is for the reader.
  enum Next {
    case part([UInt8])
    /// Nothing until ``encodeMore(_:)`` has run on the worker thread.
    case notEncoded
    case end
  }

  private struct State {
    var parts: [[UInt8]] = []
    /// How many of the parts the reader has taken; these are empty.
    var taken = 0
    var spooledBytes = 0
    var isEncoded = false
    var isLetGo = false
    var bytes = 0
    var time = Duration.zero
  }

  /// How much is encoded at once: the first part is sent alone, with its length, when it is everything.
  static let firstPart = 128 << 10
  static let part = 256 << 10

  // Touched on the worker thread only.
  private var encoder: (any ExpositionEncoder & ~Copyable)?
  private let firstPartBegan = ContinuousClock.now
  private let slot: ScrapeSlot
  private let budget: SpoolBudget
  private let state = Locked(State())

  init(_ encoder: consuming any ExpositionEncoder & ~Copyable, _ slot: ScrapeSlot, _ budget: SpoolBudget) {
    self.encoder = consume encoder
    self.slot = slot
    self.budget = budget
  }

  deinit { letGo() }

  /// Whether nothing is left to encode.
  var isEncoded: Bool { state.withLock { $0.isEncoded } }

  /// Whether the first part is all of it.
  func isWhole(_ first: [UInt8]) -> Bool { state.withLock { $0.isEncoded && $0.bytes == first.count } }

  // MARK: - On the worker thread

  /// Encodes a part and returns it.
  func encode(_ buffer: inout OutputBuffer, untilSize size: Int) -> [UInt8] {
    guard !state.withLock({ $0.isLetGo }) else {
      encoder = nil
      return []
    }
    let start = ContinuousClock.now
    buffer.removeAll()
    let hasMore = encoder?.encode(to: &buffer, untilSize: size) ?? false
    let part = [UInt8](buffer.bytes)
    if !hasMore { encoder = nil }
    state.withLock { state in
      state.isEncoded = !hasMore
      state.bytes += part.count
      state.time += ContinuousClock.now - start
    }
    if !hasMore { slot.leave() }
    return part
  }

  /// Lets go of what is not encoded. The scrape has been let go.
  func drop() { encoder = nil }

  /// Encodes a part for the reader who waits for it, and then as much as the budget allows.
  func encodeMore(_ buffer: inout OutputBuffer) {
    keep(encode(&buffer, untilSize: Scrape.part), taken: 0)
    encodeAhead(&buffer)
  }

  /// Encodes as much as the budget allows.
  func encodeAhead(_ buffer: inout OutputBuffer) {
    while !isEncoded, !state.withLock({ $0.isLetGo }), budget.take(Scrape.part) {
      keep(encode(&buffer, untilSize: Scrape.part), taken: Scrape.part)
    }
  }

  /// - Parameter taken: what of the budget was taken for the part.
  private func keep(_ part: [UInt8], taken: Int) {
    let isKept = state.withLock { state in
      guard !state.isLetGo else { return false }
      if !part.isEmpty { state.parts.append(part) }
      state.spooledBytes += part.count
      return true
    }
    budget.give(back: taken - (isKept ? part.count : 0))
  }

  /// Tells of a scrape that is encoded to its end, where the time before the first part counts too.
  func report(to observer: EndpointObserver, _ form: ExpositionForm, since start: ContinuousClock.Instant) {
    let (bytes, time) = state.withLock { ($0.bytes, $0.time) }
    observer.scraped(.init(form: form, duration: firstPartBegan - start + time, bytes: bytes))
  }

  // MARK: - On any thread

  /// What comes next, for one reader.
  func next() throws(LetGo) -> Next {
    let next: Next? = state.withLock { state in
      guard !state.isLetGo else { return nil }
      guard state.taken < state.parts.count else { return state.isEncoded ? .end : .notEncoded }
      let part = state.parts[state.taken]
      state.parts[state.taken] = []
      state.taken += 1
      state.spooledBytes -= part.count
      return .part(part)
    }
    guard let next else { throw LetGo() }
    if case .part(let part) = next {
      budget.give(back: part.count)
      slot.took(part.count)
    }
    return next
  }

  /// Ends the scrape, read or not: what is spooled is dropped, the slot given back, and the reader told when he asks.
  func letGo() {
    let spooled = state.withLock { state in
      defer {
        state.isLetGo = true
        state.parts = []
        state.taken = 0
        state.spooledBytes = 0
      }
      return state.spooledBytes
    }
    budget.give(back: spooled)
    slot.leave()
  }
}
