// Which credentials can a configuration have, and how are they made ready?

import ObservabilityEndpoints
import ObservabilityPlatform

extension MetricsConfig {
  /// A user's name and the hash of the password, for Basic authentication (RFC 7617). The hash stands in no
  /// description, dump, log or error.
  ///
  /// ```swift
  /// config.basicAuth = .init(username: "prometheus", passwordHashFile: "/run/secrets/metrics-password-hash")
  /// ```
  ///
  /// Hashes are those of the system's libcrypt, in modular crypt format: `$2b$` and `$2y$` (bcrypt, as `htpasswd -nB`
  /// writes it behind the name), `$y$` (yescrypt, as `mkpasswd` writes it) and `$6$` (SHA-512), up to costs of 15,
  /// `jCT` and 2,000,000 rounds. One of another kind is refused when the configuration is validated, one that this
  /// system cannot compute when the server is started. Passwords have at most 511 bytes; bcrypt takes the first 72.
  public struct BasicAuth: Sendable, Hashable, CustomStringConvertible, CustomDebugStringConvertible,
    CustomReflectable
  {
    /// The name: 1 to 256 bytes, without colon and control characters.
    public let username: String
    let hash: SecretSource

    /// Credentials whose hash does not change while the server runs.
    public init(username: String, passwordHash: String) {
      self.username = username
      hash = .text(passwordHash)
    }

    /// Credentials whose hash is the content of a file, but for white space at its ends: read when the server is
    /// started, and again when it has changed, within about a second of the next request.
    ///
    /// Put a new file in its place by renaming it: one that is being written may be read. As long as the file cannot
    /// be read or used, the hash that was read before stays in force, the log says so, and
    /// `observability_credentials_last_reload_successful` is 0. It has at most 4096 bytes.
    public init(username: String, passwordHashFile: String) {
      self.username = username
      hash = .file(passwordHashFile)
    }

    /// The name, and `***` or the path of the file, where that is absolute. Nothing of a name that may be a secret itself:
    /// what begins with `$`, what stands behind a colon, or a name of 32 bytes and more.
    public var description: String { "\(ShownSetting.name(username)):\(hash)" }
    /// The same as ``description``.
    public var debugDescription: String { description }
    /// The name alone, as in ``description``.
    public var customMirror: Mirror { Mirror(self, children: ["username": ShownSetting.name(username)]) }
  }

  /// A bearer token (RFC 6750): whoever sends it is let in. It stands in no description, dump, log or error.
  public struct BearerToken: Sendable, Hashable, CustomStringConvertible, CustomDebugStringConvertible,
    CustomReflectable
  {
    let source: SecretSource

    /// A token that does not change while the server runs: 1 to 1024 letters, digits and characters of `-._~+/`, and
    /// any number of `=` at its end. Make it long and at random: `openssl rand -hex 32`.
    public init(_ token: String) { source = .text(token) }

    /// A token that is the content of a file, read as that of ``BasicAuth/init(username:passwordHashFile:)`` is.
    public init(tokenFile: String) { source = .file(tokenFile) }

    /// `***`, or the path of the file, where that is absolute.
    public var description: String { source.description }
    /// The same as ``description``.
    public var debugDescription: String { description }
    /// Nothing.
    public var customMirror: Mirror { Mirror(self, children: [:]) }
  }

  var credentials: CredentialSettings {
    var settings = CredentialSettings()
    settings.username = basicAuth?.username ?? ""
    settings.passwordHash = basicAuth?.hash
    settings.tokens = bearerTokens.map(\.source)
    return settings
  }

  func checkCredentials() throws(MetricsConfigError) {
    if let problem = credentials.problem { throw MetricsConfigError(problem) }
  }

  /// The secrets that requests are compared with; nil when there are none. Blocks: it reads files, and computes a hash.
  func readSecrets() throws(MetricsConfigError) -> SecretsInForce? {
    guard !credentials.isEmpty else { return nil }
    do throws(CredentialError) {
      return try SecretsInForce(credentials)
    } catch {
      throw MetricsConfigError(error)
    }
  }

  /// The same on a thread of its own.
  func readSecretsElsewhere() async throws(MetricsConfigError) -> SecretsInForce? {
    guard !credentials.isEmpty else { return nil }
    do {
      return try await Task.detached {
        try await BlockingThreads(limit: 1, queueLimit: 1).run { try readSecrets() }
      }.value
    } catch let error as MetricsConfigError {
      throw error
    } catch {
      throw MetricsConfigError(
        .refusedBySystem, setting: "basicAuth", value: "***", "cannot be checked: \(error)")
    }
  }
}

extension MetricsConfigError {
  fileprivate init(_ error: CredentialError) {
    self.init(
      error.isOfSystem ? .refusedBySystem : .invalidSetting, setting: error.setting, value: error.value,
      error.problem)
  }
}
