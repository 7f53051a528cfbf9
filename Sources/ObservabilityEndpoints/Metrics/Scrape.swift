// How far has a scrape got that is written in parts?

import MetricExposition
import ObservabilityPlatform

/// A scrape that may be partially written: what is encoded of it waits here for its readers, what is not yet waits for
/// the worker thread.
///
/// It is encoded ahead of its readers as far as the budget goes. When all is encoded, its slot is given back, and nothing
/// of the registry is held any more, however slowly it is read.
///
/// Where several read it, each goes at his own pace, and a part is kept until all have taken it. Who has fallen behind
/// by more than a few parts is cut off when the budget is used up: he holds up nobody.
final class Scrape: @unchecked Sendable {
  /// The scrape had to make room for another, was not read within its time, or could not be compressed to its end. The
  /// connection is cut, so that nobody takes the part for the whole.
  struct LetGo: Error {}

  /// What there is for a reader.
  enum Next {
    case part([UInt8])
    /// Nothing until ``encodeMore(_:for:)`` has run on the worker thread.
    case notEncoded
    case end
  }

  private struct State {
    var parts: [[UInt8]] = []
    /// How many of the parts each reader has taken; those that all have taken are empty. Nil when he reads no more.
    var readers: [Int?] = []
    /// How many parts are empty.
    var taken = 0
    var spooledBytes = 0
    /// How many parts have been encoded, the first included, which is not among these.
    var encodedParts = 0
    var isEncoded = false
    var isReported = false
    var isLetGo = false
    /// Whether the compressor has failed.
    var hasFailed = false
    var bytes = 0
    var time = Duration.zero

    /// Makes room to count what readers take, if nobody has; true when that was so.
    mutating func expect(_ count: Int) -> Bool {
      guard readers.isEmpty else { return false }
      readers = Array(repeating: 0, count: max(1, count))
      return true
    }

    /// Drops what no reader needs any more, and says how many bytes that were.
    mutating func dropTaken() -> Int {
      let needed = readers.reduce(parts.count) { min($0, $1 ?? $0) }
      var dropped = 0
      while taken < needed {
        dropped += parts[taken].count
        parts[taken] = []
        taken += 1
      }
      spooledBytes -= dropped
      return dropped
    }
  }

  /// How much is encoded at once: the first part is sent alone, with its length, when it is everything.
  static let firstPart = 128 << 10
  static let part = 256 << 10
  /// The same of what is compressed, of which that much takes ten times the work.
  static let compressedPart = 64 << 10
  /// How much is given to the compressor at once, and at the most for one part.
  static let compressorPiece = 64 << 10
  static let mostCompressed = 4 << 20
  /// How many parts may wait for one reader when the budget is used up, and another reader wants the next.
  static let mostBehind = 4

  // Touched on the worker thread only.
  private var encoder: (any ExpositionEncoder & ~Copyable)?
  private var compressor: Gzip.Stream?
  private var compression: Compression?
  /// Whether what readers get is a gzip stream: known when the first part has been encoded.
  private(set) var isCompressed = false
  private let firstPartBegan = ContinuousClock.now
  private let readers: Int
  private let slot: ScrapeSlot
  private let budget: SpoolBudget
  private let encoding: EncodingThread
  private let state = Locked(State())

  /// - Parameters:
  ///   - readers: how many read it; none where the head of the answer is all that was asked for.
  ///   - compression: what compresses it, if it is long enough; nil when it is not to be.
  ///   - encoding: the worker thread.
  init(
    _ encoder: consuming any ExpositionEncoder & ~Copyable, _ slot: ScrapeSlot, _ budget: SpoolBudget,
    readers: Int, _ compression: Compression? = nil, on encoding: EncodingThread
  ) {
    self.encoder = consume encoder
    self.slot = slot
    self.budget = budget
    self.readers = readers
    self.compression = compression
    self.encoding = encoding
  }

  deinit {
    drop()
    _ = end()
  }

  /// Whether nothing is left to encode.
  var isEncoded: Bool { state.withLock { $0.isEncoded } }

  /// Whether the first part is all of it.
  var isWhole: Bool { state.withLock { $0.isEncoded && $0.encodedParts == 1 } }

  /// Whether nobody will get any more of it.
  var isLetGo: Bool { state.withLock { $0.isLetGo } }

  /// Whether it could not be compressed to its end.
  var hasFailed: Bool { state.withLock { $0.hasFailed } }

  private var partSize: Int { isCompressed ? Scrape.compressedPart : Scrape.part }

  // MARK: - On the worker thread

  /// Encodes the first part and returns it.
  func encodeFirst(_ buffer: inout OutputBuffer) -> [UInt8] { encode(&buffer, untilSize: Scrape.firstPart) }

  private func encode(_ buffer: inout OutputBuffer, untilSize size: Int) -> [UInt8] {
    guard !isLetGo else {
      drop()
      return []
    }
    let start = ContinuousClock.now
    buffer.removeAll()
    var hasMore = true
    var text = 0
    if let compression = compression.take() {
      hasMore = encodeText(&buffer, untilSize: Scrape.compressorPiece)
      if hasMore || buffer.count >= compression.least { beginCompressing(by: compression.gzip) }
    }
    let part: [UInt8]
    if isCompressed {
      guard let compressed = compress(&buffer, &hasMore, &text) else {
        state.withLock { $0.hasFailed = true }
        drop()
        letGo()
        return []
      }
      part = compressed
    } else {
      if hasMore { hasMore = encodeText(&buffer, untilSize: size) }
      part = [UInt8](buffer.bytes)
      text = part.count
    }
    if !hasMore { drop() }
    state.withLock { state in
      state.isEncoded = !hasMore
      state.encodedParts += 1
      state.bytes += text
      state.time += ContinuousClock.now - start
    }
    if !hasMore { slot.leave() }
    return part
  }

  /// Appends to what is in the buffer; false when that is all.
  private func encodeText(_ buffer: inout OutputBuffer, untilSize size: Int) -> Bool {
    encoder?.encode(to: &buffer, untilSize: size) ?? false
  }

  /// Where there may be no compressor more the answer stays as it is.
  private func beginCompressing(by gzip: Gzip) {
    guard slot.takeCompressor() else { return }
    compressor = Gzip.Stream(gzip)
    isCompressed = compressor != nil
    if !isCompressed { slot.giveBackCompressor() }
  }

  /// A part of the compressed answer, which may be empty; nil when the library fails.
  ///
  /// - Parameters:
  ///   - buffer: what is to be compressed first, if there is anything.
  ///   - text: how much has been compressed.
  private func compress(_ buffer: inout OutputBuffer, _ hasMore: inout Bool, _ text: inout Int) -> [UInt8]? {
    guard let compressor else { return nil }
    var part: [UInt8] = []
    repeat {
      if buffer.count == 0, hasMore { hasMore = encodeText(&buffer, untilSize: Scrape.compressorPiece) }
      text += buffer.count
      guard compressor.add(buffer.bytes, isLast: !hasMore, to: &part) else { return nil }
      buffer.removeAll()
    } while hasMore && part.count < Scrape.compressedPart && text < Scrape.mostCompressed
    return part
  }

  /// Lets go of what is not encoded, and of the compressor.
  func drop() {
    encoder = nil
    if compressor.take() != nil { slot.giveBackCompressor() }
  }

  /// Encodes a part for a reader who waits for it, unless that has been done for another, and then as much as the
  /// budget allows.
  func encodeMore(_ buffer: inout OutputBuffer, for reader: Int) {
    guard !state.withLock({ state in state.readers[reader].map { $0 < state.parts.count } ?? true }) else {
      return
    }
    let size = partSize
    let isInBudget = budget.take(size)
    if !isInBudget { cutOffTheSlowest() }
    keep(encode(&buffer, untilSize: size), taken: isInBudget ? size : 0)
    encodeAhead(&buffer)
  }

  /// Encodes as much as the budget allows.
  func encodeAhead(_ buffer: inout OutputBuffer) {
    let size = partSize
    while !isEncoded, !isLetGo, budget.take(size) { keep(encode(&buffer, untilSize: size), taken: size) }
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

  private func cutOffTheSlowest() {
    let dropped = state.withLock { state in
      for index in state.readers.indices {
        let taken = state.readers[index] ?? state.parts.count
        if state.parts.count - taken > Scrape.mostBehind { state.readers[index] = nil }
      }
      return state.dropTaken()
    }
    budget.give(back: dropped)
  }

  /// Tells of a scrape that is encoded to its end, where the time before the first part counts too: once for each of
  /// those who have asked for it.
  func report(to observer: EndpointObserver, _ form: ExpositionForm, since start: ContinuousClock.Instant) {
    let (isFirst, bytes, time) = state.withLock { state in
      defer { state.isReported = true }
      return (!state.isReported, state.bytes, state.time)
    }
    guard isFirst else { return }
    for _ in 0..<max(1, readers) {
      observer.scraped(.init(form: form, duration: firstPartBegan - start + time, bytes: bytes))
    }
  }

  // MARK: - On any thread

  /// A reader has been given the first part, and comes for the others. Until then they are kept for all of them.
  func beginReading(_ first: [UInt8]) {
    let isFirst = state.withLock { $0.expect(readers) }
    if isFirst { slot.beginWriting { [weak self] in self?.letGo() } }
    slot.took(first.count)
  }

  /// What comes next for a reader.
  func next(for reader: Int) throws(LetGo) -> Next {
    let (next, dropped) = state.withLock { state -> (Next?, Int) in
      guard !state.isLetGo, let taken = state.readers[reader] else { return (nil, 0) }
      guard taken < state.parts.count else { return (state.isEncoded ? .end : .notEncoded, 0) }
      let part = state.parts[taken]
      state.readers[reader] = taken + 1
      return (.part(part), state.dropTaken())
    }
    guard let next else { throw LetGo() }
    if case .part(let part) = next {
      budget.give(back: dropped)
      slot.took(part.count)
    }
    return next
  }

  /// A reader wants nothing more, has read to the end or not; after the last one it is let go.
  func leave(_ reader: Int) {
    let (dropped, isLast) = state.withLock { state in
      _ = state.expect(readers)
      if state.readers.indices.contains(reader) { state.readers[reader] = nil }
      return (state.dropTaken(), state.readers.allSatisfy { $0 == nil })
    }
    budget.give(back: dropped)
    if isLast { letGo() }
  }

  /// Ends the scrape, read or not: what is spooled is dropped, the slot given back, and readers told when they ask.
  ///
  /// What is not encoded is freed on the worker thread, and not only when its reader comes: the compressor is needed by
  /// whoever has the slot now.
  func letGo() {
    if end() { encoding.submit { [self] in drop() } }
  }

  /// - Returns: whether something is left to be freed.
  private func end() -> Bool {
    let (spooled, isLeft) = state.withLock { state in
      let isLeft = !state.isLetGo && !state.isEncoded
      defer {
        state.isLetGo = true
        state.parts = []
        state.taken = 0
        state.spooledBytes = 0
      }
      return (state.spooledBytes, isLeft)
    }
    budget.give(back: spooled)
    slot.leave()
    return isLeft
  }
}
