// Who is at the top of what happened lately?

import EndpointMessages
import MetricInstruments
import ObservabilityPlatform

/// The names that were recorded most often within a window that slides, in memory that does not grow with their number.
///
/// Of `N` recordings within the window every name is listed that came more often than `N / 256`, and the count of each
/// falls short of the truth by no more than that: a name that others push out begins anew. So names that a peer makes up
/// cannot push out one that matters, nor raise it. The window covers the last hour, or what ``TopListSettings/window``
/// says, to a sixth of it: it slides on in six parts. A list takes less than a megabyte, whatever is recorded.
///
/// May be used from any thread. A recording takes the list's lock for a look-up and a few moves in a heap of 256.
///
/// Source: A. Metwally, D. Agrawal, A. El Abbadi, "Efficient computation of frequent and top-k elements in data streams"
/// (ICDT 2005); the sum of six such summaries, after P. Agarwal et al., "Mergeable summaries" (PODS 2012).
public final class TopList: Sendable {
  /// A name of the list.
  public struct Entry: Sendable, Hashable {
    /// The name, or its keyed hash in 16 hexadecimal digits where names are not shown.
    public let name: String
    /// How often it was recorded at the least.
    public let count: UInt64
    /// How much more often at the most.
    public let uncertainty: UInt64
  }

  /// How many counters each of the parts of the window has.
  static let capacity = 256

  private let names: TopListNames
  private let clock: MonotonicClock
  private let reject: @Sendable () -> Void
  private let counts: Locked<SlidingCounts>

  /// - Parameter reject: counts a name that cannot be one.
  init(
    _ names: TopListNames, window: Duration, clock: MonotonicClock, reject: @escaping @Sendable () -> Void
  ) {
    self.names = names
    self.clock = clock
    self.reject = reject
    counts = Locked(
      SlidingCounts(window: UInt64(clamping: window.clampedNanoseconds), capacity: TopList.capacity))
  }

  /// Counts a name: a domain, an account, or an address whose network is meant, in any case.
  ///
  /// What is none (nothing, longer than a name can be, no IP address) is left out and counted as `invalid_label`; a number
  /// below 1 is left out.
  public func record(_ name: String, count: Int = 1) {
    guard count > 0 else { return }
    // Longer once more, since a NUL is shown as three bytes.
    guard let shown = names.shown(name).map({ LabelText($0) }),
      shown.text.utf8.count <= TopListNames.longestAccount
    else { return reject() }
    let now = clock.nanoseconds
    counts.withLock { $0.add(shown, UInt64(count), at: now) }
  }

  /// The names that were recorded most often, the first at the top, at most as many as `limit`.
  public func top(_ limit: Int = 20) -> [Entry] {
    // Recordings go on while the copy is sorted.
    SlidingCounts.ranking(of: current).prefix(max(0, limit)).map {
      Entry(name: $0.name.text, count: $0.atLeast, uncertainty: $0.error)
    }
  }

  /// How much was recorded within the window.
  public var total: UInt64 {
    current.reduce(0) { $0.clampedAdding($1.total) }
  }

  private var current: [SpaceSaving] {
    let now = clock.nanoseconds
    return counts.withLock { $0.current(at: now) }
  }
}

/// What the names of a list are, and how they are shown.
enum TopListNames {
  case domains
  /// By a hash, unless there is none.
  case accounts(SipHash?)
  /// Addresses, whose networks are shown by a hash, unless there is none.
  case networks(SipHash?)

  /// The longest domain in text, and the longest account that mail can be for (RFC 5321, 4.5.3.1).
  private static let longestDomain = 253
  static let longestAccount = 64 + 1 + 255

  /// The name as it is counted; nil when it is none.
  func shown(_ name: String) -> String? {
    switch self {
    case .domains:
      let domain = name.utf8.last == UInt8(ascii: ".") ? name.dropLast() : name[...]
      guard 1...TopListNames.longestDomain ~= domain.utf8.count else { return nil }
      return domain.asciiLowercased
    case .accounts(let hash):
      guard 1...TopListNames.longestAccount ~= name.utf8.count else { return nil }
      return shown(name[...].asciiLowercased, hash)
    case .networks(let hash):
      // The longest address that text can be of.
      guard name.utf8.count <= 45, let bytes = IPAddress.bytes(of: name) else { return nil }
      return shown(TopListNames.network(of: bytes), hash)
    }
  }

  private func shown(_ name: String, _ hash: SipHash?) -> String { hash?.text(of: Array(name.utf8)) ?? name }

  /// What one subscriber mostly has: 24 bits of IPv4, 48 of IPv6 (RFC 6177). IPv4 inside IPv6 is the former.
  private static func network(of bytes: [UInt8]) -> String {
    let address = IPAddress.unmapped(bytes)
    let kept = address.count == 4 ? 3 : 6
    let masked = address.prefix(kept) + [UInt8](repeating: 0, count: address.count - kept)
    return "\(IPAddress.text(of: Array(masked)))/\(kept * 8)"
  }
}

extension Substring {
  /// The text in lower case as far as it is ASCII: what is not has no case in a name of the DNS.
  fileprivate var asciiLowercased: String {
    String(
      decoding: utf8.map { UInt8(ascii: "A")...UInt8(ascii: "Z") ~= $0 ? $0 | 0x20 : $0 }, as: UTF8.self)
  }
}
