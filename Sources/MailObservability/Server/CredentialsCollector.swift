// Does a scrape tell that a secret could not be read again?

import MetricInstruments
import ObservabilityEndpoints

/// Whether the secrets of a server that come from files are those of the files.
final class CredentialsCollector: SynchronousCollector {
  static let reservedName = "credentials"
  let name = CredentialsCollector.reservedName
  private let secrets: SecretsInForce
  private let namespace: String

  init(_ secrets: SecretsInForce, namespace: String) {
    self.secrets = secrets
    self.namespace = namespace
  }

  func read() -> [CollectedFamily] {
    [
      CollectedFamily(
        Registry.fullName("observability_credentials_last_reload_successful", in: namespace), .gauge,
        help:
          "1 while every file of a password hash or token is in force as it is, 0 while an older secret is.",
        value: secrets.isCurrent ? 1 : 0)
    ]
  }
}
