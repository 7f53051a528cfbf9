// When does a series go that nobody uses?

import ObservabilityPlatform
import Synchronization

/// How long the series of a family stay without use, and when they are looked through next.
struct IdleExpiry: ~Copyable, Sendable {
  /// Nil: for ever.
  let timeout: Duration?
  private let next = Atomic<UInt64>(0)

  init(timeout: Duration?) { self.timeout = timeout }

  /// The timeout, if a sweep is due; four times within a timeout at the most.
  func due(at now: UInt64) -> Duration? {
    guard let timeout else { return nil }
    let next = next.load(ordering: .relaxed)
    let after = now &+ IdleExpiry.nanoseconds(timeout) / 4
    guard now >= next,
      self.next.compareExchange(expected: next, desired: after, ordering: .relaxed).exchanged
    else { return nil }
    return timeout
  }

  static func nanoseconds(_ duration: Duration) -> UInt64 {
    UInt64(clamping: Int64(clamping: Int128(max(0, duration.seconds) * 1e9)))
  }
}

extension SeriesIndex {
  /// Takes out what was in no use for the timeout of the family, if it has one and was not looked through lately.
  func expireIdleWhenDue() {
    if let age = idle.due(at: context.clock.nanoseconds) { _ = expireIdle(after: age) }
  }

  /// Takes out what was in no use for as long as `age`, and says how many series that was.
  ///
  /// Use is a look-up, a recording, or a guard that is held. It is noticed from one call to the next.
  func expireIdle(after age: Duration) -> Int {
    let now = max(1, context.clock.nanoseconds)
    let limit = IdleExpiry.nanoseconds(age)
    var expired = 0
    inSlices { slice in
      for position in slice where expire(position, at: now, after: limit) { expired += 1 }
    }
    return expired
  }

  private func expire(_ position: Int, at now: UInt64, after limit: UInt64) -> Bool {
    guard let series = list.series(position)?.takeUnretainedValue() else {
      return false
    }
    let slot = list.slot(position)
    let lastUse = slot.pointee.lastUse.load(ordering: .relaxed)
    var fingerprint = slot.pointee.fingerprint.load(ordering: .relaxed)
    let wasUsed = series.wasUsed(since: &fingerprint)
    slot.pointee.fingerprint.store(fingerprint, ordering: .relaxed)
    if lastUse == 0 || wasUsed {
      slot.pointee.lastUse.store(now, ordering: .relaxed)
      return false
    }
    guard now > lastUse, now - lastUse >= limit else { return false }
    // Somebody may have looked it up since.
    return discard(position) { _ in slot.pointee.lastUse.load(ordering: .relaxed) == lastUse }
  }
}
