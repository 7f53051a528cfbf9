// What is systemd told, and when? (sd_notify(3), systemd.service(5))
// A state machine without a socket and without a clock: the notifier asks it at each beat, and sends what it says.

import ObservabilityPlatform

/// The messages that are due. Times are nanoseconds of one monotonic clock.
struct SystemdMessages: Sendable {
  /// How the server is at a beat.
  struct Condition: Sendable, Equatable {
    var isReady = false
    var isLive = true
    var isDraining = false
    /// One word or sentence for `systemctl status`; by anybody, of any length.
    var status = ""
  }

  /// Longer texts are cut.
  static let longestStatus = 256
  /// More reloads than this at once are not told one by one.
  private static let mostPending = 16

  /// Half of what systemd allows between two signs of life; nil when it asks for none.
  private let watchdogPeriod: Int64?
  private var pending: [String] = []
  private var lastStatus: String?
  private var hasBeenReady = false
  private var isStopping = false
  private var reloads = 0
  private var signedAt: Int64?

  init(watchdogMicroseconds: UInt64?) {
    watchdogPeriod = watchdogMicroseconds.map { Int64(min($0 / 2, 1_000_000_000_000)) * 1000 }
  }

  /// How long until the next beat, in nanoseconds: often enough for the watchdog, and sooner while something is waited for.
  var pause: Int64 {
    let usual: Int64 = hasBeenReady && pending.isEmpty ? 1_000_000_000 : 100_000_000
    return max(1_000_000, min(usual, (watchdogPeriod ?? .max) / 2))
  }

  /// What has changed is noted, to be sent.
  mutating func note(_ condition: Condition) {
    if condition.isDraining { stop() }
    if condition.isReady, !hasBeenReady, !isStopping {
      hasBeenReady = true
      pending.append("READY=1")
    }
    let status = condition.status.oneLine(atMost: Self.longestStatus)
    guard status != lastStatus else { return }
    lastStatus = status
    pending.removeAll { $0.hasPrefix("STATUS=") }
    pending.append("STATUS=" + status)
  }

  /// The server ends.
  mutating func stop() {
    guard !isStopping else { return }
    isStopping = true
    pending.append("STOPPING=1")
  }

  /// A reload begins, at that time of CLOCK_MONOTONIC.
  mutating func beginReload(atMicroseconds time: UInt64) {
    reloads += 1
    guard reloads == 1, !isStopping, pending.count < Self.mostPending else { return }
    pending.append("RELOADING=1\nMONOTONIC_USEC=\(time)")
  }

  mutating func endReload() {
    reloads = max(0, reloads - 1)
    guard reloads == 0, !isStopping, pending.count < Self.mostPending else { return }
    // Before the first readiness this would be taken for it.
    if hasBeenReady { pending.append("READY=1") }
  }

  /// Hands over what is due, one message at a time, until `send` cannot take one: that one stays.
  mutating func flush(_ condition: Condition, at time: Int64, send: (String) -> Bool) {
    while let message = pending.first {
      guard send(message) else { return }
      pending.removeFirst()
    }
    guard let watchdogPeriod, condition.isLive else { return }
    if let signedAt, signedAt.elapsed(at: time) < watchdogPeriod - pause { return }
    if send("WATCHDOG=1") { signedAt = time }
  }
}
