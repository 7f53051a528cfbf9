// What is a transport of another package told?

package import ObservabilityHTTP

/// Where spans go, and with what.
package struct ExportTarget: Sendable {
  /// With the whole path of a request by HTTP.
  package var endpoint: ClientEndpoint
  package var headers: [(String, String)] = []
  /// Whether requests are to be compressed.
  package var isCompressed = false
  /// The longest that a batch is tried.
  package var timeout: Duration = .seconds(10)
  package var tls = TLSMaterial()
  /// Hears, while the transport is made, what somebody may want to read.
  package var warn: @Sendable (String) -> Void = { _ in }

  package init(_ endpoint: ClientEndpoint) { self.endpoint = endpoint }
}

/// Certificates and a key in PEM, as they were read. Nothing that is made of it as text has them in it.
package struct TLSMaterial: Sendable, CustomStringConvertible, CustomReflectable {
  /// Whom to trust; nil for whom the system trusts.
  package var trustRoots: [UInt8]?
  /// What the client shows of itself.
  package var certificates: [UInt8]?
  package var privateKey: [UInt8]?
  /// The name that the server's certificate has to have; nil for that of the endpoint.
  package var serverName: String?

  package init() {}

  package var description: String { "***" }
  package var customMirror: Mirror { Mirror(self, children: [:]) }
}

/// Why a transport cannot be made of its settings.
package struct TransportFault: Error, Sendable, Hashable {
  package enum Setting: String, Sendable, Hashable {
    case endpoint, headers
    case trustRoots = "tls.trustRoots"
    case certificates = "tls.certificates"
    case privateKey = "tls.privateKey"
    case serverName = "tls.serverName"
  }

  package let setting: Setting
  /// What is wrong, to be read after the setting. Says nothing of what is secret.
  package let reason: String

  package init(_ setting: Setting, _ reason: String) {
    self.setting = setting
    self.reason = reason
  }
}
