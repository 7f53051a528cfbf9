// Which credentials have been right, or wrong, a moment ago, so that no hash has to be computed for them?

import ObservabilityPlatform

/// A keyed digest of credentials: 128 bits that say nothing of them to anybody who does not have the key, which is in
/// this process alone.
struct CredentialDigest: Hashable, Sendable {
  struct Key: Sendable {
    private let first = SipHash.random()
    private let second = SipHash.random()

    func digest(username: [UInt8], password: [UInt8]) -> CredentialDigest {
      // A colon cannot stand in a name.
      let pair = username + [UInt8(ascii: ":")] + password
      return CredentialDigest(first: first.hash(pair), second: second.hash(pair))
    }
  }

  let first: UInt64
  private let second: UInt64
}

/// The credentials that were all right, or all wrong, by their digests, as a pure state machine. What is used stays; what
/// is not is forgotten.
struct LoginCache: Sendable {
  static let lifetime = Duration.seconds(300)
  static let mostEntries = 64

  private var ends: [CredentialDigest: Duration] = [:]
  /// Counts the changes of secrets.
  private(set) var generation = 0

  var count: Int { ends.count }

  /// Whether these credentials are known.
  mutating func contains(_ digest: CredentialDigest, at now: Duration) -> Bool {
    guard let end = ends[digest] else { return false }
    guard end > now else {
      ends[digest] = nil
      return false
    }
    ends[digest] = now + Self.lifetime
    return true
  }

  /// Remembers credentials that were so by the secrets of a generation; by those that came later they may not be.
  mutating func insert(_ digest: CredentialDigest, of generation: Int, at now: Duration) {
    guard generation == self.generation else { return }
    ends = ends.filter { $0.value > now }
    if ends[digest] == nil, ends.count >= Self.mostEntries,
      let oldest = ends.min(by: { $0.value < $1.value })?.key
    {
      ends[oldest] = nil
    }
    ends[digest] = now + Self.lifetime
  }

  /// Forgets everything: the secrets have changed.
  mutating func secretsChanged() {
    ends = [:]
    generation += 1
  }
}
