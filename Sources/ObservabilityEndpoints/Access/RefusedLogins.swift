// Who comes back with the credentials that were not looked at for want of attempts?

/// The credentials that had to wait, by their digests, as a pure state machine.
///
/// Behind one address somebody who guesses takes every attempt that becomes free. What tells a scraper from them is that
/// it sends the same password again, and they another one. So what comes back after the time that it was told is let in
/// apart from what comes for the first time. Somebody who sends each guess twice has as many attempts more; no more than
/// that can be had where nothing is known of either.
///
/// A digest has one place, which the last one takes: of what is sent once there is room for the flood of a minute, and
/// memory is the same whatever is sent.
struct RefusedLogins: Sendable {
  static let places = 1 << 16
  /// How long after it was refused one counts as coming back.
  static let (shortest, longest) = (UInt32(1), UInt32(300))

  private struct Place {
    var tag: UInt32 = 0
    /// When it was refused first, in seconds from 1; 0 is nobody's.
    var second: UInt32 = 0
  }

  /// Half a megabyte, once anybody has been refused.
  private var table: [Place] = []

  /// Whether these credentials were refused a while ago.
  func contains(_ digest: CredentialDigest, at now: Duration) -> Bool {
    guard !table.isEmpty else { return false }
    let place = table[Self.index(digest)]
    return place.second != 0 && place.tag == Self.tag(digest)
      && (Self.shortest...Self.longest).contains(Self.second(now) &- place.second)
  }

  /// Remembers credentials that are refused. Those that were so before keep their time.
  mutating func insert(_ digest: CredentialDigest, at now: Duration) {
    if table.isEmpty { table = [Place](repeating: Place(), count: Self.places) }
    let (index, second) = (Self.index(digest), Self.second(now))
    let place = table[index]
    if place.second != 0, place.tag == Self.tag(digest), second &- place.second <= Self.longest { return }
    table[index] = Place(tag: Self.tag(digest), second: second)
  }

  private static func index(_ digest: CredentialDigest) -> Int { Int(digest.first % UInt64(places)) }
  private static func tag(_ digest: CredentialDigest) -> UInt32 {
    UInt32(truncatingIfNeeded: digest.first >> 32)
  }
  private static func second(_ now: Duration) -> UInt32 {
    UInt32(truncatingIfNeeded: now.components.seconds) &+ 1
  }
}
