// Until when must a client have sent its command, however it is cut into pieces?

/// A client has as long as the timeout for its next command. What it sends meanwhile gives it the time that those octets
/// take at a low rate and no more, or an octet now and then would hold a session for ever.
struct CommandDeadline: Sendable {
  private static let leastOctetsPerSecond = 1024

  private let timeout: Duration
  private(set) var instant: ContinuousClock.Instant

  init(timeout: Duration, at now: ContinuousClock.Instant = .now) {
    self.timeout = timeout
    instant = now + timeout
  }

  /// The wait for another command begins.
  mutating func restart(at now: ContinuousClock.Instant = .now) { instant = now + timeout }

  mutating func received(octets: Int) { instant += .seconds(octets) / Self.leastOctetsPerSecond }
}
