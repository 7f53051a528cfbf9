// Which secrets count now, and what becomes of those that are in files?

import ObservabilityPlatform

/// The secrets that requests are compared with. Those of files are read again when the files change; a file that cannot
/// be used leaves the secret that there was.
package final class SecretsInForce: Sendable {
  struct Password: Sendable {
    let username: [UInt8]
    let hash: PasswordHash
    let crypt: Crypt
  }

  struct Secrets: Sendable {
    var password: Password?
    var tokens: [[UInt8]] = []
  }

  private struct State {
    var secrets: Secrets
    /// What is wrong with the files; what was read last of those that are not here is in force.
    var faults: [String: CredentialError] = [:]
  }

  private struct Files {
    var password: SecretFile?
    /// By the place of their tokens.
    var tokens: [Int: SecretFile] = [:]
  }

  private let username: String
  private let libraries: [String]
  private let files: Locked<Files>
  private let state: Locked<State>
  package let hasFiles: Bool

  /// Reads the files, opens libcrypt where there is a hash, and computes that once: blocks as long as all that takes.
  package convenience init(_ settings: CredentialSettings) throws(CredentialError) {
    try self.init(settings, libraries: Crypt.systemLibraries)
  }

  init(_ settings: CredentialSettings, libraries: [String]) throws(CredentialError) {
    if let problem = settings.problem { throw problem }
    var (secrets, files) = (Secrets(), Files())
    switch settings.passwordHash {
    case nil: break
    case .text(let bytes):
      secrets.password = try Self.password(
        settings.username, bytes, libraries, "basicAuth.passwordHash", "***")
    case .file(let path):
      var file = SecretFile(path: path)
      let bytes = try Self.content(of: &file, "basicAuth.passwordHashFile")
      secrets.password = try Self.password(
        settings.username, bytes, libraries, "basicAuth.passwordHashFile", ShownSetting.path(path))
      files.password = file
    }
    for (place, token) in settings.tokens.enumerated() {
      switch token {
      case .text(let bytes): secrets.tokens.append(bytes)
      case .file(let path):
        var file = SecretFile(path: path)
        secrets.tokens.append(
          try Self.token(try Self.content(of: &file, "bearerTokens.tokenFile"), path))
        files.tokens[place] = file
      }
    }
    username = settings.username
    self.libraries = libraries
    hasFiles = settings.hasFiles
    self.files = Locked(files)
    state = Locked(State(secrets: secrets))
  }

  var secrets: Secrets { state.withLock { $0.secrets } }

  /// Whether all files were read and used when they were last looked at. False: an older secret is in force.
  package var isCurrent: Bool { state.withLock { $0.faults.isEmpty } }

  /// Looks at the files, and reads those that have changed; blocks as long as they do. One call at a time.
  ///
  /// - Returns: whether the password's hash is another one than before, and what has newly gone wrong.
  func reread() -> (hasNewPassword: Bool, faults: [CredentialError]) {
    files.withLock { files in
      let before = secrets.password?.hash
      var faults = [rereadPassword(&files.password)]
      for place in files.tokens.keys.sorted() { faults.append(rereadToken(place, &files.tokens[place])) }
      return (before != secrets.password?.hash, faults.compactMap { $0 })
    }
  }

  private func rereadPassword(_ file: inout SecretFile?) -> CredentialError? {
    guard let path = file?.path else { return nil }
    return keepingFault("password") { () throws(CredentialError) in
      guard let bytes = try Self.change(of: &file, "basicAuth.passwordHashFile") else { return nil }
      if bytes == secrets.password?.hash.bytes { return secrets }
      var secrets = secrets
      secrets.password = try Self.password(
        username, bytes, libraries, "basicAuth.passwordHashFile", ShownSetting.path(path))
      return secrets
    }
  }

  private func rereadToken(_ place: Int, _ file: inout SecretFile?) -> CredentialError? {
    guard let path = file?.path else { return nil }
    return keepingFault("token \(place)") { () throws(CredentialError) in
      guard let bytes = try Self.change(of: &file, "bearerTokens.tokenFile") else { return nil }
      var secrets = secrets
      secrets.tokens[place] = try Self.token(bytes, path)
      return secrets
    }
  }

  /// Puts in force what `read` gives, if it gives anything, and notes what it throws.
  ///
  /// - Returns: what it throws, if that is new.
  private func keepingFault(
    _ name: String, _ read: () throws(CredentialError) -> Secrets?
  ) -> CredentialError? {
    do throws(CredentialError) {
      // Of a file that is as it was, what was wrong with it still is.
      guard let secrets = try read() else { return nil }
      state.withLock { state in
        state.secrets = secrets
        state.faults[name] = nil
      }
      return nil
    } catch {
      let known = state.withLock { $0.faults.updateValue(error, forKey: name) }
      return known == error ? nil : error
    }
  }

  private static func password(
    _ username: String, _ bytes: [UInt8], _ libraries: [String], _ setting: String, _ value: String
  ) throws(CredentialError) -> Password {
    let hash: PasswordHash
    do throws(PasswordHash.Fault) {
      hash = try PasswordHash(bytes)
    } catch {
      throw CredentialError(setting, value, error.description)
    }
    do throws(Crypt.Unavailable) {
      let crypt = try Crypt.opened(for: hash, of: libraries)
      return Password(username: Array(username.utf8), hash: hash, crypt: crypt)
    } catch {
      throw CredentialError(
        setting, value, "holds a hash that this system cannot check: \(error.reason)", isOfSystem: true)
    }
  }

  private static func token(_ bytes: [UInt8], _ path: String) throws(CredentialError) -> [UInt8] {
    guard CredentialSettings.isToken(bytes) else {
      throw CredentialError("bearerTokens.tokenFile", path: path, CredentialSettings.notAToken)
    }
    return bytes
  }

  /// What a file holds that has not been read before.
  private static func content(of file: inout SecretFile, _ setting: String) throws(CredentialError) -> [UInt8]
  {
    switch file.read() {
    case .content(let bytes): return bytes
    case .failed(let reason):
      throw CredentialError(setting, path: file.path, "cannot be read: \(reason)", isOfSystem: true)
    case .unchanged: return []
    }
  }

  /// What a file holds, if it has changed.
  private static func change(of file: inout SecretFile?, _ setting: String) throws(CredentialError)
    -> [UInt8]?
  {
    guard var known = file else { return nil }
    defer { file = known }
    switch known.read() {
    case .unchanged: return nil
    case .content(let bytes): return bytes
    case .failed(let reason):
      throw CredentialError(setting, path: known.path, "cannot be read: \(reason)", isOfSystem: true)
    }
  }
}
