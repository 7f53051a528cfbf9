// How can a deadline that moves with every request cost nothing to move?

/// A deadline that is set far more often than it is reached. Confined to its loop.
///
/// Putting it off, or clearing it, only stores a number: the entry in the timer heap stays where it
/// is, and when that comes due early it is set again for the time that then holds.
package final class LazyDeadline {
  private let loop: EventLoop
  private let entry = TimerEntry()
  private var due: Int64 = .max

  package init(loop: EventLoop, reached: @escaping () -> Void) {
    self.loop = loop
    entry.action = { [weak self] in
      guard let self, self.due != .max else { return }
      if self.due <= self.loop.time {
        self.due = .max
        reached()
      } else {
        self.loop.timers.schedule(self.entry, due: self.due)
      }
    }
  }

  /// Sets the deadline, in nanoseconds of the loop's clock, instead of the one before.
  package func set(_ instant: Int64) {
    due = instant
    if !entry.isScheduled || entry.due > instant { loop.timers.schedule(entry, due: instant) }
  }

  /// There is no deadline until the next `set`.
  package func clear() { due = .max }

  /// Ends the deadline for good, so that nothing keeps its owner.
  package func discard() {
    due = .max
    loop.timers.remove(entry)
  }
}
