// Who may log in? Passwords are checked here for all three protocols, and every attempt is recorded.

import MailObservability

struct Authenticator: Sendable {
  /// After so many failures a session's further attempts are refused unseen.
  static let maximumFailures = 5

  let directory: Directory
  let faults: Faults
  let metrics: MetricsCollector

  /// - Parameter failures: how many attempts of this session failed; counted here.
  func authenticate(
    user: String, password: String, mechanism: AuthenticationMechanism, over mailProtocol: MailProtocol,
    failures: inout Int
  ) -> (AuthenticationResult, Account?) {
    metrics.authentication.mechanisms[mechanism].increment()
    let (result, account) = decide(user: user, password: password, failures: failures)
    if result == .failure {
      failures += 1
      metrics.top.failedLogins.record(user)
    }
    metrics.authentication.attempts[mailProtocol, result].increment()
    return (result, account)
  }

  private func decide(user: String, password: String, failures: Int) -> (AuthenticationResult, Account?) {
    if failures >= Self.maximumFailures { return (.rateLimited, nil) }
    if faults.isActive(.authentication) { return (.error, nil) }
    guard let account = directory.authenticate(user: user, password: password) else { return (.failure, nil) }
    return (.success, account)
  }
}
