// Where do ended spans wait for whoever exports them?

import ObservabilityPlatform
import Synchronization

/// A bounded queue: any thread puts spans in without a lock and without waiting, what finds it full is not
/// taken, and batches are taken out at the other end.
///
/// Each slot has a turn: 2 · n while it waits for the n-th span, 2 · n + 1 while it holds it. So a slot says
/// to whoever comes whether it is his, and nobody waits for anybody: a span that is just being put in ends a
/// batch before it. Source: D. Vyukov, "Bounded MPMC queue".
///
/// Whoever takes out waits for nothing either: ``setWake(at:_:)`` says who is told when a batch is there.
///
/// A span that was taken out stays in its slot until the slot is taken again. So the memory of spans is given
/// back by the threads that ask for that of the next ones: an allocator keeps what a thread frees at hand for
/// it, but makes threads wait for each other where one frees what the others allocate.
package final class SpanQueue: @unchecked Sendable {
  private struct Slot: ~Copyable {
    let turn: Atomic<UInt64>
    var span: Unmanaged<SpanRecording>?
  }

  /// A word on cache lines of its own: those who put in and those who take out do not share one.
  private final class Position: Sendable {
    private let before = (0, 0, 0, 0, 0, 0, 0, 0)
    let value = Atomic<UInt64>(0)
    private let after = (0, 0, 0, 0, 0, 0, 0, 0)
  }

  /// What has become of a span that was put in.
  enum Placing { case waits, isFull, isClosed }

  // Of `tail`: nothing is put in any more. Positions do not come near it.
  private static let closed: UInt64 = 1 << 63

  package let capacity: Int
  private let slots: UnsafeMutablePointer<Slot>
  private let head = Position()
  private let tail = Position()
  // The position at which somebody is to be told; `.max` for nobody. Who puts in reads it and nobody writes
  // it but once a batch.
  private let wakePosition = Atomic<UInt64>(.max)
  private let wake = Locked<(@Sendable () -> Void)?>(nil)

  /// - Parameter capacity: 1 to 1,048,576: what lies outside is clamped.
  init(capacity: Int) {
    self.capacity = min(max(capacity, 1), 1 << 20)
    slots = .allocate(capacity: self.capacity)
    for index in 0..<self.capacity {
      (slots + index).initialize(to: Slot(turn: Atomic(2 * UInt64(index)), span: nil))
    }
  }

  deinit {
    for index in 0..<capacity { slots[index].span?.release() }
    slots.deinitialize(count: capacity)
    slots.deallocate()
  }

  /// About how many wait, those that are just being put in included. Exact once the queue is closed, unless
  /// somebody takes out meanwhile.
  package var count: Int {
    let taken = head.value.load(ordering: .relaxed)
    return Int(min(tail.value.load(ordering: .relaxed) & ~SpanQueue.closed &- taken, UInt64(capacity)))
  }

  /// How many were put in so far, those that are just being put in included.
  package var placed: UInt64 { tail.value.load(ordering: .acquiring) & ~SpanQueue.closed }

  /// Takes no further spans. What was put in before stays, and can be taken out: everything has been once
  /// ``count`` is 0. Whoever takes out is told, as nobody else will tell of what waits by then.
  package func close() {
    tail.value.bitwiseOr(SpanQueue.closed, ordering: .sequentiallyConsistent)
    // Which may refer to what refers to this.
    wake.withLock { $0.take() }?()
  }

  /// Has `wake` called once, when so many spans wait, or when the queue is closed; at once when so many wait
  /// already. For whoever takes out, who is one and calls this again after each batch; a later call replaces an
  /// earlier one.
  ///
  /// - Parameters:
  ///   - count: at least 1, at most ``capacity``: what lies outside is clamped.
  ///   - wake: called by the thread that has ended a span, or has closed the queue, with no lock held, and has to be
  ///     short. It must not call this: where enough spans wait it would be called again.
  package func setWake(at count: Int, _ wake: @escaping @Sendable () -> Void) {
    let position = head.value.load(ordering: .relaxed) &+ UInt64(min(max(count, 1), capacity))
    let isHeld = self.wake.withLock { held in
      held = isClosed ? nil : wake
      return held != nil
    }
    guard isHeld else {
      // What is there now is all that comes.
      if placed >= position { wake() }
      return
    }
    wakePosition.store(position, ordering: .sequentiallyConsistent)
    // Either this sees the span that makes so many, or whoever has put it in sees the position.
    wakeIfReached(tail.value.load(ordering: .sequentiallyConsistent) & ~SpanQueue.closed)
  }

  private func wakeIfReached(_ position: UInt64) {
    let due = wakePosition.load(ordering: .sequentiallyConsistent)
    guard position >= due,
      wakePosition.compareExchange(expected: due, desired: .max, ordering: .relaxed).exchanged
    else { return }
    wake.withLock { $0 }?()
  }

  private var isClosed: Bool { tail.value.load(ordering: .sequentiallyConsistent) & SpanQueue.closed != 0 }

  private func slot(_ position: UInt64) -> UnsafeMutablePointer<Slot> {
    slots + Int(position % UInt64(capacity))
  }

  func put(_ span: SpanRecording) -> Placing {
    var position = tail.value.load(ordering: .relaxed)
    while true {
      guard position & SpanQueue.closed == 0 else { return .isClosed }
      let slot = slot(position)
      let turn = slot.pointee.turn.load(ordering: .acquiring)
      if turn == 2 &* position {
        let (isMine, current) = tail.value.weakCompareExchange(
          expected: position, desired: position &+ 1, ordering: .sequentiallyConsistent)
        if isMine {
          let earlier = slot.pointee.span
          slot.pointee.span = Unmanaged.passRetained(span)
          slot.pointee.turn.store(2 &* position &+ 1, ordering: .releasing)
          wakeIfReached(position &+ 1)
          earlier?.release()
          return .waits
        }
        position = current
      } else if turn < 2 &* position {
        return .isFull
      } else {
        position = tail.value.load(ordering: .relaxed)
      }
    }
  }

  /// The oldest spans, at most `limit` of them.
  package func take(_ limit: Int) -> [SpanRecording] {
    var spans: [SpanRecording] = []
    spans.reserveCapacity(min(max(limit, 0), count))
    while spans.count < limit, let span = takeFirst() { spans.append(span) }
    return spans
  }

  private func takeFirst() -> SpanRecording? {
    var position = head.value.load(ordering: .relaxed)
    while true {
      let slot = slot(position)
      let turn = slot.pointee.turn.load(ordering: .acquiring)
      if turn == 2 &* position &+ 1 {
        let (isMine, current) = head.value.weakCompareExchange(
          expected: position, desired: position &+ 1, ordering: .relaxed)
        if isMine {
          // Retained before the slot is given back: from then on it may be released.
          let span = slot.pointee.span?.takeUnretainedValue()
          slot.pointee.turn.store(2 &* (position &+ UInt64(capacity)), ordering: .releasing)
          return span
        }
        position = current
      } else if turn < 2 &* position &+ 1 {
        return nil
      } else {
        position = head.value.load(ordering: .relaxed)
      }
    }
  }
}
