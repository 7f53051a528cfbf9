// Whom does a route answer?

/// Whom a route answers: everybody, those at trusted addresses, those with credentials, or a combination.
///
/// ```swift
/// config.access["/metrics"] = .trusted.orCredentials  // this machine, and whoever has credentials
/// config.access["/health"] = .trusted
/// ```
///
/// A refusal because of the address is answered 403, one because of credentials 401; addresses are looked at first.
public struct AccessRule: Sendable, Hashable {
  enum Addresses: Hashable {
    case all, trusted
    case only([IPNetwork])
  }

  enum Credentials: Hashable {
    /// Not asked for.
    case none
    /// Asked for, at the right address too.
    case asked
    /// Asked for at other addresses.
    case elsewhere
  }

  let addresses: Addresses
  let credentials: Credentials

  /// Whoever can connect.
  public static let everybody = AccessRule(addresses: .all, credentials: .none)
  /// Those who see details: see `trustedNetworks` of the configuration, which also says what a request has to be like
  /// besides its address.
  public static let trusted = AccessRule(addresses: .trusted, credentials: .none)
  /// Whoever has the password or a token, from every address.
  public static let credentials = AccessRule(addresses: .all, credentials: .asked)

  /// As ``trusted``, for a route that trusts other networks. Unix sockets are on all of them.
  public static func networks(_ networks: [IPNetwork]) -> AccessRule {
    AccessRule(addresses: .only(networks), credentials: .none)
  }

  /// Those whom the rule admits, if they have credentials as well.
  public var andCredentials: AccessRule {
    // At the right address or with credentials, and with credentials: with credentials.
    AccessRule(addresses: credentials == .elsewhere ? .all : addresses, credentials: .asked)
  }

  /// Those whom the rule admits, and everybody else who has credentials.
  public var orCredentials: AccessRule {
    switch (addresses, credentials) {
    case (.all, _): self
    case (_, .asked): .credentials
    default: AccessRule(addresses: addresses, credentials: .elsewhere)
    }
  }

  /// The rule in words.
  package var shown: String {
    let place =
      switch addresses {
      case .all: "everybody"
      case .trusted: "trusted"
      case .only(let networks): networks.map(\.description).joined(separator: " ")
      }
    return switch credentials {
    case .none: place
    case .asked: addresses == .all ? "credentials" : "\(place) and credentials"
    case .elsewhere: "\(place) or credentials"
    }
  }

  /// Whether anybody is admitted without a look.
  var isOpen: Bool { addresses == .all && credentials == .none }
}
