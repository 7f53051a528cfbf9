// Whom does the export trust, and how does it show who it is?

import OTLPExport
import ObservabilityEndpoints
import ObservabilityPlatform

extension TracingConfig {
  /// Certificates or a key, in PEM, as they are or in the file where they are. A value that is no file stands in no
  /// description, dump or error.
  public struct PEM: Sendable, Hashable, CustomStringConvertible, CustomDebugStringConvertible,
    CustomReflectable
  {
    let source: SecretSource

    /// In a file, which is read when tracing is started: at most 1 MiB.
    public static func file(_ path: String) -> PEM { PEM(source: .file(path)) }
    /// As they are.
    public static func text(_ text: String) -> PEM { PEM(source: .text(text)) }
    /// As they are.
    public static func bytes(_ bytes: [UInt8]) -> PEM { PEM(source: .text(bytes)) }

    /// The path of the file, where it is absolute, or `***`.
    public var description: String { source.description }
    /// The same as ``description``.
    public var debugDescription: String { description }
    /// Nothing.
    public var customMirror: Mirror { Mirror(self, children: [:]) }
  }

  /// How a collector is trusted, and how it is told who asks, where ``TracingConfig/endpoint`` begins with `https://`.
  /// Elsewhere nothing of it is read.
  public struct TLS: Sendable, Hashable {
    /// The certificates of those who are trusted to vouch for a collector; nil, the default, for those that the system
    /// trusts.
    public var trustRoots: PEM?
    /// The client's certificate, and behind it those that lead to its root; nil, the default, for none. Needs
    /// ``privateKey``.
    public var certificates: PEM?
    /// The key of the client's certificate, without a passphrase.
    public var privateKey: PEM?
    /// The name that the collector is asked for and its certificate has to have, where it is not for the very address of
    /// the collector; nil, the default, for the host of the endpoint.
    public var serverName: String?

    /// The defaults.
    public init() {}
  }
}

extension TracingConfig {
  /// The most bytes of a file of certificates.
  private static let largestFile = 1 << 20

  /// What ``tls`` names, read.
  func tlsMaterial() throws(MetricsConfigError) -> TLSMaterial {
    var material = TLSMaterial()
    material.trustRoots = try bytes(tls.trustRoots, .trustRoots)
    material.certificates = try bytes(tls.certificates, .certificates)
    material.privateKey = try bytes(tls.privateKey, .privateKey)
    material.serverName = tls.serverName
    return material
  }

  private func bytes(
    _ pem: PEM?, _ setting: TransportFault.Setting
  ) throws(MetricsConfigError) -> [UInt8]? {
    switch pem?.source {
    case nil: return nil
    case .text(let bytes): return bytes
    case .file(let path):
      do throws(SettingFile.Failure) {
        return try SettingFile.read(path, atMost: Self.largestFile)
      } catch {
        throw fault(TransportFault(setting, error.text))
      }
    }
  }

  /// The fault of a transport, as that of the setting, by its variable where it was set by one.
  func fault(_ fault: TransportFault) -> MetricsConfigError {
    let value =
      switch fault.setting {
      case .trustRoots: tls.trustRoots?.description
      case .certificates: tls.certificates?.description
      case .privateKey: tls.privateKey?.description
      case .serverName: tls.serverName
      case .headers, .endpoint: "***"
      }
    var name = fault.setting.rawValue
    if fault.setting == .endpoint, tracesEndpoint != nil { name = "tracesEndpoint" }
    return MetricsConfigError(
      .invalidSetting, setting: names[name] ?? name, value: value ?? "", fault.reason)
  }
}
