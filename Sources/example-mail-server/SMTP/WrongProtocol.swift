// Who is knocking at the SMTP port without speaking SMTP? Told from the first octets of a session.

import MailObservability

extension WrongProtocol {
  private static let methods = [
    "GET ", "POST ", "HEAD ", "PUT ", "OPTIONS ", "CONNECT ", "DELETE ", "PRI * ",
  ]

  /// nil when the octets can be the beginning of SMTP, or too few have come to tell.
  init?(firstBytes bytes: some Collection<UInt8>) {
    guard let first = bytes.first else { return nil }
    if first == 0x16 {
      // A TLS record of type handshake (RFC 8446 section 5.1); its version begins with 3.
      guard let second = bytes.dropFirst().first else { return nil }
      self = second == 3 ? .tls : .other
    } else if Self.methods.contains(where: { bytes.starts(with: Array($0.utf8), ignoringCase: false) }) {
      self = .http
    } else if bytes.starts(with: Array("SSH-".utf8), ignoringCase: false) {
      self = .other
    } else {
      return nil
    }
  }

  var serviceName: String {
    switch self {
    case .http: "HTTP"
    case .tls: "TLS"
    case .other: "what you speak"
    }
  }
}
