// Is a guesser slowed down, whoever is right let in, and memory bounded, whatever is sent?

import EndpointMessages
@testable import ObservabilityEndpoints
import TestSupport
import Testing

@Suite("The limit on failed logins")
struct LoginLimiterTests {
  private func origin(_ number: Int) -> LoginLimiter.Origin {
    LoginLimiter.Origin(
      .ip([10, UInt8(number >> 16 & 255), UInt8(number >> 8 & 255), UInt8(number & 255)], port: 1))
  }

  @Test("allows some at once, then one a second, and says when")
  func burst() {
    var limiter = LoginLimiter()
    let start = Duration.seconds(100)
    for _ in 0..<LoginLimiter.burst { #expect(limiter.attempt(from: origin(1), at: start) == nil) }
    #expect(limiter.attempt(from: origin(1), at: start) == .seconds(1))
    #expect(limiter.attempt(from: origin(1), at: start + .milliseconds(600)) == .milliseconds(400))
    #expect(limiter.attempt(from: origin(2), at: start) == nil, "another address")
    #expect(limiter.attempt(from: origin(1), at: start + .seconds(1)) == nil)
    #expect(limiter.attempt(from: origin(1), at: start + .seconds(1)) == .seconds(1))
    // After a pause there are as many as at first, and no more.
    let later = start + .seconds(3600)
    for _ in 0..<LoginLimiter.burst { #expect(limiter.attempt(from: origin(1), at: later) == nil) }
    #expect(limiter.attempt(from: origin(1), at: later) != nil)
  }

  @Test("counts none that has succeeded")
  func forgiven() {
    var limiter = LoginLimiter()
    for _ in 0..<1000 {
      #expect(limiter.attempt(from: .unix, at: .zero) == nil)
      limiter.forgive(.unix)
    }
  }

  @Test("takes an IPv4 address inside IPv6 for the address, and 64 bits of IPv6 together")
  func origins() {
    typealias Origin = LoginLimiter.Origin
    let mapped = [UInt8](repeating: 0, count: 10) + [0xFF, 0xFF, 10, 0, 0, 1]
    #expect(Origin(.ip(mapped, port: 1)) == Origin(.ip([10, 0, 0, 1], port: 2)))
    #expect(Origin(.ip(mapped, port: 1)) != Origin(.ip([10, 0, 0, 2], port: 1)))
    let site: [UInt8] = [0x20, 1, 0xD, 0xB8, 0, 0, 0, 1]
    let one = Origin(.ip(site + [0, 0, 0, 0, 0, 0, 0, 1], port: 1))
    #expect(one == Origin(.ip(site + [9, 9, 9, 9, 9, 9, 9, 9], port: 1)))
    #expect(one != Origin(.ip(site.dropLast() + [2, 0, 0, 0, 0, 0, 0, 0, 1], port: 1)))
    #expect(Set([one, Origin(.unix), Origin(.unknown)]).count == 3)
  }

  @Test("keeps a bounded number of addresses, the others having one limit together")
  func memory() {
    var limiter = LoginLimiter()
    var admitted = 0
    for number in 0..<100_000 where limiter.attempt(from: origin(number), at: .zero) == nil { admitted += 1 }
    #expect(limiter.originCount == LoginLimiter.mostOrigins)
    #expect(admitted == LoginLimiter.mostOrigins + LoginLimiter.burst)
    // Those that have been quiet make room.
    #expect(limiter.attempt(from: origin(200_000), at: .seconds(2)) == nil)
    #expect(limiter.originCount == 1)
  }

  @Test("admits no more than its rate, in whatever order attempts come", arguments: [SeededGenerator.seed])
  func rate(seed: UInt64) {
    var generator = SeededGenerator(seed: seed)
    var limiter = LoginLimiter()
    var now = Duration.zero
    var admitted: [Int: [Duration]] = [:]
    for _ in 0..<5000 {
      now += .milliseconds(Int.random(in: 0...300, using: &generator))
      let number = Int.random(in: 0..<3, using: &generator)
      let wait = limiter.attempt(from: origin(number), at: now)
      if let wait {
        #expect(wait > .zero && wait <= LoginLimiter.interval)
      } else {
        admitted[number, default: []].append(now)
      }
    }
    for times in admitted.values {
      for (first, time) in times.enumerated() {
        let within = times[first...].prefix { $0 - time < .seconds(5) }.count
        #expect(within <= LoginLimiter.burst + 5, "\(within) in five seconds")
      }
    }
  }
}

@Suite("The cache of logins")
struct LoginCacheTests {
  /// The cache as what an expectation can ask.
  @dynamicMemberLookup private final class Cache {
    private var cache = LoginCache()
    subscript<Value>(dynamicMember path: KeyPath<LoginCache, Value>) -> Value { cache[keyPath: path] }
    func contains(_ digest: CredentialDigest, at now: Duration) -> Bool { cache.contains(digest, at: now) }
    func secretsChanged() { cache.secretsChanged() }
    func insert(_ digest: CredentialDigest, of generation: Int, at now: Duration) {
      cache.insert(digest, of: generation, at: now)
    }
  }

  private let key = CredentialDigest.Key()
  private func digest(_ name: String, _ password: String = "p") -> CredentialDigest {
    key.digest(username: Array(name.utf8), password: Array(password.utf8))
  }

  @Test("knows what was right as long as it is used, and forgets it then")
  func lifetime() {
    let cache = Cache()
    #expect(!cache.contains(digest("a"), at: .zero))
    cache.insert(digest("a"), of: 0, at: .zero)
    var now = Duration.zero
    for _ in 0..<10 {
      now += LoginCache.lifetime - .nanoseconds(1)
      #expect(cache.contains(digest("a"), at: now))
    }
    #expect(!cache.contains(digest("b"), at: now) && !cache.contains(digest("a", "q"), at: now))
    #expect(!cache.contains(digest("a"), at: now + LoginCache.lifetime))
    #expect(cache.count == 0)
  }

  @Test("forgets all when secrets change, and takes nothing that was right by the old ones")
  func generations() {
    let cache = Cache()
    let old = cache.generation
    cache.insert(digest("a"), of: old, at: .zero)
    cache.secretsChanged()
    #expect(!cache.contains(digest("a"), at: .zero))
    cache.insert(digest("a"), of: old, at: .zero)
    #expect(!cache.contains(digest("a"), at: .zero))
    cache.insert(digest("a"), of: cache.generation, at: .zero)
    #expect(cache.contains(digest("a"), at: .zero))
  }

  @Test("is bounded, and keeps what was used last")
  func bounded() {
    let cache = Cache()
    for number in 0..<1000 {
      cache.insert(digest("\(number)"), of: 0, at: .milliseconds(number))
      #expect(cache.contains(digest("0"), at: .milliseconds(number)))
    }
    #expect(cache.count == LoginCache.mostEntries)
  }

  @Test("has digests by a key of its own, that tell where a name ends")
  func digests() {
    #expect(digest("ab", "c") != digest("a", "bc"))
    #expect(digest("a", "b") == digest("a", "b"))
    let other = CredentialDigest.Key()
    #expect(other.digest(username: [97], password: [98]) != digest("a", "b"))
  }
}

@Suite("The logins that were refused")
struct RefusedLoginsTests {
  /// The set as what an expectation can ask.
  private final class Refused {
    private var refused = RefusedLogins()
    func contains(_ digest: CredentialDigest, at now: Duration) -> Bool { refused.contains(digest, at: now) }
    func insert(_ digest: CredentialDigest, at now: Duration) { refused.insert(digest, at: now) }
  }

  private let key = CredentialDigest.Key()
  private func digest(_ number: Int) -> CredentialDigest {
    key.digest(username: Array("a".utf8), password: Array("\(number)".utf8))
  }

  @Test(
    "are known from the second after until some minutes later, however often they are refused",
    arguments: [
      Duration.zero, .seconds(100), .seconds(1 << 31), .seconds(1 << 32 - 3), .seconds(1 << 33),
    ])
  func times(start: Duration) {
    let refused = Refused()
    #expect(!refused.contains(digest(1), at: start))
    refused.insert(digest(1), at: start)
    #expect(!refused.contains(digest(1), at: start) && !refused.contains(digest(2), at: start + .seconds(9)))
    for second in [1, 2, 15, 60, 299, 300] {
      #expect(refused.contains(digest(1), at: start + .seconds(second)), "\(second) s")
      refused.insert(digest(1), at: start + .seconds(second))
    }
    #expect(!refused.contains(digest(1), at: start + .seconds(301)))
    refused.insert(digest(1), at: start + .seconds(301))
    #expect(refused.contains(digest(1), at: start + .seconds(302)))
  }

  @Test("are mostly still there after as many others as come in a minute, of whom none is taken for known")
  func flood() {
    let refused = Refused()
    for number in 0..<1000 { refused.insert(digest(number), at: .zero) }
    for number in 1000..<21_000 {
      #expect(!refused.contains(digest(number), at: .seconds(10)))
      refused.insert(digest(number), at: .seconds(10))
    }
    let left = (0..<1000).count { refused.contains(digest($0), at: .seconds(15)) }
    // Of each three in four: exp(-20000 / 65536).
    #expect((600...850).contains(left), "\(left)")
  }
}
