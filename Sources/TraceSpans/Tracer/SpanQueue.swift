// Where do ended spans wait for whoever exports them?

import Synchronization

/// A bounded queue: any thread puts spans in without a lock and without waiting, what finds it full is not
/// taken, and batches are taken out at the other end.
///
/// Each slot has a turn: 2 · n while it waits for the n-th span, 2 · n + 1 while it holds it. So a slot says
/// to whoever comes whether it is his, and nobody waits for anybody: a span that is just being put in ends a
/// batch before it. Source: D. Vyukov, "Bounded MPMC queue".
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

  package let capacity: Int
  private let slots: UnsafeMutablePointer<Slot>
  private let head = Position()
  private let tail = Position()

  /// - Parameter capacity: at least 1.
  init(capacity: Int) {
    self.capacity = max(capacity, 1)
    slots = .allocate(capacity: self.capacity)
    for index in 0..<self.capacity {
      (slots + index).initialize(to: Slot(turn: Atomic(2 * UInt64(index)), span: nil))
    }
  }

  deinit {
    _ = take(.max)
    slots.deinitialize(count: capacity)
    slots.deallocate()
  }

  /// About how many wait.
  package var count: Int {
    let taken = head.value.load(ordering: .relaxed)
    return Int(min(tail.value.load(ordering: .relaxed) &- taken, UInt64(capacity)))
  }

  private func slot(_ position: UInt64) -> UnsafeMutablePointer<Slot> {
    slots + Int(position % UInt64(capacity))
  }

  /// False when the queue is full.
  func put(_ span: SpanRecording) -> Bool {
    var position = tail.value.load(ordering: .relaxed)
    while true {
      let slot = slot(position)
      let turn = slot.pointee.turn.load(ordering: .acquiring)
      if turn == 2 &* position {
        let (isMine, current) = tail.value.weakCompareExchange(
          expected: position, desired: position &+ 1, ordering: .relaxed)
        if isMine {
          slot.pointee.span = Unmanaged.passRetained(span)
          slot.pointee.turn.store(2 &* position &+ 1, ordering: .releasing)
          return true
        }
        position = current
      } else if turn < 2 &* position {
        return false
      } else {
        position = tail.value.load(ordering: .relaxed)
      }
    }
  }

  /// The oldest spans, at most `limit` of them.
  package func take(_ limit: Int) -> [SpanRecording] {
    var spans: [SpanRecording] = []
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
          let span = slot.pointee.span
          slot.pointee.turn.store(2 &* (position &+ UInt64(capacity)), ordering: .releasing)
          return span?.takeRetainedValue()
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
