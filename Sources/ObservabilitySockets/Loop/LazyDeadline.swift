// How can a deadline that moves with every request cost nothing to move?

/// A deadline that is set far more often than it is reached. Confined to its loop.
///
/// Putting it off, or clearing it, only stores a number: the entry in the timer heap stays where it
/// is, and when that comes due early it is set again for the time that then holds.
///
/// The deadline keeps itself, and its owner by what `reached` captures, until `discard()`. Weak references
/// instead would give the owner a side table, and every later retain of it the slow way.
package final class LazyDeadline {
  private let loop: EventLoop
  private let entry = TimerEntry()
  private var due: Int64 = .max
  private let reached: () -> Void

  package init(loop: EventLoop, reached: @escaping () -> Void) {
    self.loop = loop
    self.reached = reached
    entry.action = { [self] in entryCameDue() }
  }

  private func entryCameDue() {
    guard due != .max else { return }
    if due <= loop.time {
      due = .max
      reached()
    } else {
      loop.timers.schedule(entry, due: due)
    }
  }

  /// Sets the deadline, in nanoseconds of the loop's clock, instead of the one before.
  package func set(_ instant: Int64) {
    due = instant
    if !entry.isScheduled || entry.due > instant { loop.timers.schedule(entry, due: instant) }
  }

  /// There is no deadline until the next `set`.
  package func clear() { due = .max }

  /// Ends the deadline for good. Every deadline has to be discarded.
  package func discard() {
    due = .max
    entry.action = {}
    loop.timers.remove(entry)
  }
}
