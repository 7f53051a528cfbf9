// Are these the right credentials?

import EndpointMessages
import ObservabilityPlatform

/// Compares what requests say with the secrets in force. Tokens are compared at once; a password is hashed on a thread of
/// its own, unless it was right a moment ago.
///
/// Who has failed too often has to wait, but never whoever is right: a token, or a password that is in the cache. So
/// somebody who tries passwords through the same proxy keeps no scraper out that has been let in before. One that has
/// not been comes back with the same password, which who guesses does not, and has attempts apart from theirs.
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
  /// Those that may wait for a hash, of each kind; one is computed at one time.
  static let mostWaiting = 16

  private struct State {
    var right = LoginCache()
    /// What a scraper that has not heard of a new password sends again and again is hashed once.
    var wrong = LoginCache()
    var tokens = LoginLimiter.whole
    // Together they allow what one limit would: who sends each guess twice has no more attempts than others.
    var passwords = LoginLimiter.half
    var returning = LoginLimiter.half
    var refused = RefusedLogins()
    var nextReread: Duration
    var isRereading = false

    /// Counts an attempt no longer.
    mutating func takeBack(_ attempt: Attempt) {
      if attempt.isReturning { returning.forgive(attempt.origin) } else { passwords.forgive(attempt.origin) }
    }
  }

  /// An attempt that is counted already.
  private struct Attempt: Sendable {
    let digest: CredentialDigest
    let origin: LoginLimiter.Origin
    /// Which limit it counts against.
    let isReturning: Bool
    /// Of the secrets that there were when it began.
    let generation: Int
  }

  private let secrets: SecretsInForce
  private let key = CredentialDigest.Key()
  private let state: Locked<State>
  private let timer: any OneShotTimer
  private let now: @Sendable () -> Duration
  private let logError: @Sendable (String) -> Void
  private let hashing = BlockingThreads(limit: 1, queueLimit: mostWaiting)
  private let returningHashing = BlockingThreads(limit: 1, queueLimit: mostWaiting)
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

  /// How many credentials are known to be wrong.
  var wrongCount: Int { state.withLock { $0.wrong.count } }

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
    let wait = state.withLock { $0.tokens.attempt(from: origin, at: now()) }
    return wait.map { .limited($0) } ?? .wrongToken
  }

  private func verdict(
    onUser username: [UInt8], _ password: [UInt8], from origin: LoginLimiter.Origin
  ) async -> Verdict {
    guard asksForPassword else { return .missing }
    enum Start { case known(Verdict), mayTry(Attempt) }
    let digest = key.digest(username: username, password: password)
    let start = state.withLock { state -> Start in
      let now = now()
      if state.right.contains(digest, at: now) { return .known(.right) }
      if state.wrong.contains(digest, at: now) { return .known(.wrongPassword) }
      let generation = state.right.generation
      func attempt(isReturning: Bool) -> Start {
        .mayTry(
          Attempt(digest: digest, origin: origin, isReturning: isReturning, generation: generation))
      }
      if state.refused.contains(digest, at: now), state.returning.attempt(from: origin, at: now) == nil {
        return attempt(isReturning: true)
      }
      guard let wait = state.passwords.attempt(from: origin, at: now) else {
        return attempt(isReturning: false)
      }
      state.refused.insert(digest, at: now)
      return .known(.limited(wait))
    }
    switch start {
    case .known(let verdict): return verdict
    case .mayTry(let attempt):
      // Read after the generation: what changes in between makes the result one that is not kept.
      guard let known = secrets.secrets.password else { return .missing }
      return await verdict(on: attempt, username, password, known)
    }
  }

  private func verdict(
    on attempt: Attempt, _ username: [UInt8], _ password: [UInt8], _ known: SecretsInForce.Password
  ) async -> Verdict {
    // Who comes from many addresses fills the one queue, and not that of those who come back.
    let threads = attempt.isReturning ? returningHashing : hashing
    let outcome = await outcome(
      within: Self.longestWait, timer: timer,
      of: { end in
        do throws(BlockingThreads.Refusal) {
          let work = try threads.submit { [self] in
            // Whoever can connect has hashes computed: the mail comes first.
            SystemThread.lowerPriority()
            let isUser = isEqualInConstantTime(username, known.username)
            // Computed for other names too, so that the time does not tell which one there is.
            let isPassword = known.crypt.isPassword(password, of: known.hash)
            // Noted here: who leaves before the answer has had the hash computed all the same.
            note(attempt, isRight: isUser && isPassword)
            end(.finished(isUser && isPassword))
          }
          return { [self] in if threads.withdraw(work) { putOff(attempt) } }
        } catch {
          putOff(attempt)
          end(.failed(error))
          return {}
        }
      })
    guard case .finished(let isRight) = outcome else { return .busy }
    return isRight ? .right : .wrongPassword
  }

  private func note(_ attempt: Attempt, isRight: Bool) {
    state.withLock { state in
      if isRight {
        state.takeBack(attempt)
        state.right.insert(attempt.digest, of: attempt.generation, at: now())
      } else {
        state.wrong.insert(attempt.digest, of: attempt.generation, at: now())
      }
    }
  }

  /// No hash was begun for an attempt: it is none, and may come back.
  private func putOff(_ attempt: Attempt) {
    state.withLock { state in
      state.takeBack(attempt)
      state.refused.insert(attempt.digest, at: now())
    }
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
    let (hasNewPassword, faults) = secrets.reread()
    state.withLock { state in
      // They hold passwords alone: a token that changes must not lock out who has been let in.
      if hasNewPassword {
        state.right.secretsChanged()
        state.wrong.secretsChanged()
      }
      state.nextReread = now() + Self.rereadInterval
      state.isRereading = false
    }
    for fault in faults { logError("\(fault); what was read before stays in force") }
  }
}
