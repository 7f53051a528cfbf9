// Which device does a scrape ask for?

import MailObservability

/// The value of `?target=`: a host, or a host and a port.
struct Target: Sendable, Hashable, CustomStringConvertible {
  static let defaultPort: UInt16 = 65001

  let host: String
  let port: UInt16

  /// Nil for what can be no host and port: it is part of messages and names calls, so it has to be short and plain.
  init?(_ text: String) {
    guard 1...255 ~= text.utf8.count,
      text.utf8.allSatisfy({ $0 > 0x20 && $0 < 0x7F && !"\"\\/?#@,;<>`'".utf8.contains($0) })
    else { return nil }
    var host = text[...]
    var port: Substring?
    if host.first == "[" {
      guard let end = host.firstIndex(of: "]") else { return nil }
      let rest = host[host.index(after: end)...]
      guard rest.isEmpty || rest.first == ":" else { return nil }
      if !rest.isEmpty { port = rest.dropFirst() }
      host = host[host.index(after: host.startIndex)..<end]
    } else if host.count(where: { $0 == ":" }) == 1, let colon = host.firstIndex(of: ":") {
      port = host[host.index(after: colon)...]
      host = host[..<colon]
    }
    guard !host.isEmpty, !host.contains(where: { "[]".contains($0) }) else { return nil }
    guard let port else {
      self.init(String(host), Target.defaultPort)
      return
    }
    guard port.utf8.allSatisfy({ 0x30...0x39 ~= $0 }), let number = UInt16(port), number > 0 else {
      return nil
    }
    self.init(String(host), number)
  }

  private init(_ host: String, _ port: UInt16) {
    self.host = host
    self.port = port
  }

  var description: String { host.contains(":") ? "[\(host)]:\(port)" : "\(host):\(port)" }
}
