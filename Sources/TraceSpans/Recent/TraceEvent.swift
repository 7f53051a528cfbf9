// What happens to traces, and who hears of it first?

import ObservabilityPlatform

/// Something that the store of recent traces is to know.
struct TraceEvent {
  enum Kind { case began, ended, rootEnded, abandoned }

  let kind: Kind
  let record: TraceRecord
  /// The one that has ended.
  var span: SpanRecording?
  /// Nanoseconds since 1970-01-01 UTC.
  let time: Int64
  /// About as much memory as the record or the span takes.
  let byteCount: Int
}

/// Events that the threads of one stripe have to tell, some of which are told at once: if each of them went to
/// the store by itself, threads would mostly wait for one another there.
struct TraceEventStripe: ~Copyable {
  /// Whether it is time to tell them, or high time.
  enum Fill { case low, due, full }

  private static let dueCount = 16

  private struct Pending: ~Copyable {
    var events = TraceEvents()
    var byteCount = 0
    let padding = StripePadding()
  }

  private let byteLimit: Int
  private let lock = WordLock()
  // Apart, since many threads hold the stripe at once, and whoever has the lock has this alone.
  private let pending: UnsafeMutablePointer<Pending>
  private let padding = StripePadding()

  /// - Parameter byteLimit: how much memory all of them may take; with 0 each is told at once.
  init(byteLimit: Int) {
    self.byteLimit = byteLimit
    pending = .allocate(capacity: 1)
    pending.initialize(to: Pending())
  }

  deinit {
    pending.deinitialize(count: 1)
    pending.deallocate()
  }

  func append(_ event: consuming TraceEvent) -> Fill {
    lock.lock()
    defer { lock.unlock() }
    let byteCount = pending.pointee.byteCount + event.byteCount
    pending.pointee.byteCount = byteCount
    pending.pointee.events.append(event)
    let count = pending.pointee.events.count
    if byteCount >= byteLimit || count >= TraceEvents.usualCount { return .full }
    return byteCount >= byteLimit / 2 || count >= TraceEventStripe.dueCount ? .due : .low
  }

  /// Exchanges all events for a list without any.
  func take(_ empty: inout TraceEvents) {
    lock.lock()
    swap(&pending.pointee.events, &empty)
    pending.pointee.byteCount = 0
    lock.unlock()
  }
}

/// A few events, in memory that is there from the first one on.
struct TraceEvents: ~Copyable {
  /// Of most stripes. Where several threads share one there may be an event more for each of them.
  static let usualCount = 32

  private var memory: UnsafeMutableBufferPointer<TraceEvent>?
  private(set) var count = 0

  mutating func append(_ event: consuming TraceEvent) {
    // A root that ends right after it began is one event.
    if event.kind == .rootEnded, count > 0, let memory, memory[count - 1].kind == .began,
      memory[count - 1].record === event.record
    {
      memory[count - 1] = event
      return
    }
    room().initializeElement(at: count, to: event)
    count += 1
  }

  private mutating func room() -> UnsafeMutableBufferPointer<TraceEvent> {
    if let memory, count < memory.count { return memory }
    let larger = UnsafeMutableBufferPointer<TraceEvent>.allocate(
      capacity: max(TraceEvents.usualCount, 2 * count))
    if let memory {
      _ = larger.moveInitialize(fromContentsOf: memory[..<count])
      memory.deallocate()
    }
    memory = larger
    return larger
  }

  /// Takes all of them, the first one first.
  mutating func removeAll(_ body: (consuming TraceEvent) -> Void) {
    guard let memory else { return }
    for index in 0..<count { body(memory.moveElement(from: index)) }
    count = 0
  }

  deinit {
    guard let memory else { return }
    memory[..<count].deinitialize()
    memory.deallocate()
  }
}
