// How many bytes may wait for readers?

import ObservabilityPlatform

/// The bytes that are encoded ahead of their readers, of all scrapes together.
final class SpoolBudget: Sendable {
  private let limit: Int
  private let used = Locked(0)

  init(limit: Int) { self.limit = limit }

  /// Bytes in use.
  var spooled: Int { used.withLock { $0 } }

  /// Takes bytes from the budget; false when there are not so many left.
  func take(_ bytes: Int) -> Bool {
    used.withLock { used in
      guard used + bytes <= limit else { return false }
      used += bytes
      return true
    }
  }

  /// Gives bytes back; negative when more were needed than were taken.
  func give(back bytes: Int) { used.withLock { $0 -= bytes } }
}
