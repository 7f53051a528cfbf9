// Are these the right credentials?

import EndpointMessages
import ObservabilityPlatform

/// Compares what requests say with the secrets in force. Tokens are compared at once; a password is hashed on a thread of
/// its own, unless it was right a moment ago.
///
/// Who has failed too often has to wait, but never whoever is right: a token, or a password that is in the cache. So
/// somebody who tries passwords through the same proxy keeps no scraper out that has been let in before.
final class Authenticator: Sendable {
  enum Verdict: Equatable {
    case right
    /// None, or such as cannot be right.
    case missing
    case wrongPassword
    case wrongToken
    /// Too many have been wrong; after how long another one may be.
    case limited(Duration)
    /// They could not be checked in time.
    case busy
  }

  /// How long a file that has changed may stay unnoticed.
  static let rereadInterval = Duration.seconds(1)
  /// How long a request waits for a file.
  static let longestReread = Duration.seconds(1)
  /// How long a request waits for its turn and its hash.
  static let longestWait = Duration.seconds(10)
  /// Hashes at one time, and those that may wait for that.
  static let (mostHashes, mostWaiting) = (2, 16)

  private struct State {
    var cache = LoginCache()
    var limiter = LoginLimiter()
    var nextReread: Duration
    var isRereading = false
  }

  private let secrets: SecretsInForce
  private let key = CredentialDigest.Key()
  private let state: Locked<State>
  private let timer: any OneShotTimer
  private let now: @Sendable () -> Duration
  private let logError: @Sendable (String) -> Void
  private let hashing = BlockingThreads(limit: mostHashes, queueLimit: mostWaiting)
  private let reading = BlockingThreads(limit: 1, queueLimit: 1)

  /// - Parameters:
  ///   - timer: what ends waiting; the server's loop, when there is one.
  ///   - now: a time that never goes back.
  init(
    _ secrets: SecretsInForce, timer: any OneShotTimer, now: @escaping @Sendable () -> Duration,
    logError: @escaping @Sendable (String) -> Void
  ) {
    self.secrets = secrets
    self.timer = timer
    self.now = now
    self.logError = logError
    state = Locked(State(nextReread: now() + Self.rereadInterval))
  }

  var asksForPassword: Bool { secrets.secrets.password != nil }
  var asksForToken: Bool { !secrets.secrets.tokens.isEmpty }

  func verdict(on field: AuthorizationField, from peer: EndpointPeer) async -> Verdict {
    if secrets.hasFiles { await rereadIfDue() }
    switch field {
    case .absent, .malformed, .otherScheme: return .missing
    case .bearer(let token): return verdict(onToken: token, from: .init(peer))
    case .basic(let username, let password):
      return await verdict(onUser: username, password, from: .init(peer))
    }
  }

  // MARK: - Tokens and passwords

  private func verdict(onToken token: [UInt8], from origin: LoginLimiter.Origin) -> Verdict {
    let known = secrets.secrets.tokens
    guard !known.isEmpty else { return .missing }
    // All of them, so that the time says nothing of which.
    let isRight = known.reduce(false) { isEqualInConstantTime(token, $1) || $0 }
    if isRight { return .right }
    let wait = state.withLock { $0.limiter.attempt(from: origin, at: now()) }
    return wait.map { .limited($0) } ?? .wrongToken
  }

  private func verdict(
    onUser username: [UInt8], _ password: [UInt8], from origin: LoginLimiter.Origin
  ) async -> Verdict {
    guard asksForPassword else { return .missing }
    enum Start { case known, mayTry(generation: Int), wait(Duration) }
    let digest = key.digest(username: username, password: password)
    let start = state.withLock { state -> Start in
      let now = now()
      if state.cache.contains(digest, at: now) { return .known }
      if let wait = state.limiter.attempt(from: origin, at: now) { return .wait(wait) }
      return .mayTry(generation: state.cache.generation)
    }
    switch start {
    case .known: return .right
    case .wait(let wait): return .limited(wait)
    case .mayTry(let generation):
      // Read after the generation: what changes in between makes the result one that is not kept.
      guard let known = secrets.secrets.password else { return .missing }
      let isRight = await isRight(username, password, known)
      return state.withLock { state in
        if isRight != false { state.limiter.forgive(origin) }
        if isRight == true { state.cache.insert(digest, of: generation, at: now()) }
        return isRight.map { $0 ? .right : .wrongPassword } ?? .busy
      }
    }
  }

  /// Nil when there was no time for it.
  private func isRight(
    _ username: [UInt8], _ password: [UInt8], _ known: SecretsInForce.Password
  ) async -> Bool? {
    let outcome = await outcome(
      within: Self.longestWait, timer: timer,
      of: { end in
        do throws(BlockingThreads.Refusal) {
          let work = try hashing.submit {
            let isUser = isEqualInConstantTime(username, known.username)
            // Computed for other names too, so that the time does not tell which one there is.
            let isPassword = known.crypt.isPassword(password, of: known.hash)
            end(.finished(isUser && isPassword))
          }
          return { [hashing] in _ = hashing.withdraw(work) }
        } catch {
          end(.failed(error))
          return {}
        }
      })
    guard case .finished(let isRight) = outcome else { return nil }
    return isRight
  }

  // MARK: - Files

  /// Has the files looked at when that has not been done for a while, and waits for it a little: then who has just
  /// changed a file finds it in force.
  private func rereadIfDue() async {
    let isDue = state.withLock { state in
      guard !state.isRereading, now() >= state.nextReread else { return false }
      state.isRereading = true
      return true
    }
    guard isDue else { return }
    _ = await outcome(
      within: Self.longestReread, timer: timer,
      of: { end in
        do throws(BlockingThreads.Refusal) {
          try reading.submit { [self] in
            reread()
            end(.finished(()))
          }
        } catch {
          state.withLock { $0.isRereading = false }
          end(.failed(error))
        }
        // What has begun goes on: the next request has the new secret.
        return {}
      })
  }

  private func reread() {
    let (isChanged, faults) = secrets.reread()
    state.withLock { state in
      if isChanged { state.cache.secretsChanged() }
      state.nextReread = now() + Self.rereadInterval
      state.isRereading = false
    }
    for fault in faults { logError("\(fault); what was read before stays in force") }
  }
}
