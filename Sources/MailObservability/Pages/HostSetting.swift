// What of the host's own configuration is shown?

/// A setting of the host's own, for `/debug/config`.
///
/// ```swift
/// config.hostSettings = [
///   HostSetting("queue.lifetime", "5 d", from: "/etc/mail.conf"),
///   HostSetting("relay.password", password, from: "environment: RELAY_PASSWORD", isSecret: true),
/// ]
/// ```
///
/// Of a secret nothing is kept here. Of other values is left out what looks like one: all of it where the name says so
/// (`password`, `token`, `key` and the like), the user and the query of a URL, hashes and long random texts.
public struct HostSetting: Sendable, Hashable {
  /// What the setting is called.
  public let name: String
  /// Its value, as it is shown.
  public let value: String
  /// Where the value came from: `default`, `code`, an option, a file, a variable of the environment.
  public let origin: String

  /// A setting.
  ///
  /// - Parameters:
  ///   - name: what it is called.
  ///   - value: its value.
  ///   - origin: where the value came from.
  ///   - isSecret: whether the value is `***` on the page, whatever it is.
  public init(_ name: String, _ value: String, from origin: String, isSecret: Bool = false) {
    self.name = SecretText.text(name)
    self.value = isSecret ? SecretText.blank : SecretText.value(value, named: name)
    self.origin = SecretText.text(origin)
  }
}
