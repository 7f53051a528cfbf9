// How many wrong passwords may one address try?

import EndpointMessages

/// A limit on failed logins of each address, as a pure state machine: some at once, then one an interval. An attempt is
/// counted before it is known how it ends, so that many at one time are no way round, and taken back when it succeeds.
///
/// Addresses beyond those that there is room for share one limit, so that memory is bounded whatever is sent. Those that
/// have been quiet for a while are forgotten.
struct LoginLimiter: Sendable {
  /// What is counted together: an IPv4 address, or the 64 bits of IPv6 that one subscriber has at least.
  enum Origin: Hashable {
    case v4([UInt8])
    case v6([UInt8])
    case unix
    case unknown

    init(_ peer: EndpointPeer) {
      switch peer {
      case .ip(let bytes, _):
        let bytes = IPAddress.unmapped(bytes)
        self = bytes.count == 4 ? .v4(bytes) : .v6(Array(bytes.prefix(8)))
      case .unix: self = .unix
      case .unknown: self = .unknown
      }
    }
  }

  /// How many attempts may fail at once.
  let burst: Int
  /// After how long another one may.
  let interval: Duration
  static let mostOrigins = 1024

  /// Ten at once and one a second.
  static let whole = LoginLimiter(burst: 10, interval: .seconds(1))
  /// Half of that: two of these allow no more than the whole.
  static let half = LoginLimiter(burst: 5, interval: .seconds(2))

  private init(burst: Int, interval: Duration) {
    self.burst = burst
    self.interval = interval
  }

  /// When each has all its attempts again. Source: the generic cell rate algorithm (ITU-T I.371).
  private var full: [Origin: Duration] = [:]
  /// That of all for whom there was no room.
  private var fullForOthers = Duration.zero
  private var nextSweep = Duration.zero

  var originCount: Int { full.count }

  /// Counts an attempt, if there may be one; otherwise says after how long there may.
  mutating func attempt(from origin: Origin, at now: Duration) -> Duration? {
    if full[origin] == nil, full.count >= Self.mostOrigins { sweep(at: now) }
    let isKept = full[origin] != nil || full.count < Self.mostOrigins
    let next = max(isKept ? full[origin] ?? .zero : fullForOthers, now) + interval
    let wait = next - now - interval * burst
    guard wait <= .zero else { return wait }
    if isKept { full[origin] = next } else { fullForOthers = next }
    return nil
  }

  /// Takes an attempt back: it has succeeded, or was none.
  mutating func forgive(_ origin: Origin) {
    if let time = full[origin] {
      full[origin] = time - interval
    } else {
      fullForOthers -= interval
    }
  }

  /// Forgets who has all attempts again. Not more often than anything can have changed.
  private mutating func sweep(at now: Duration) {
    guard now >= nextSweep else { return }
    nextSweep = now + interval
    full = full.filter { $0.value > now }
  }
}
