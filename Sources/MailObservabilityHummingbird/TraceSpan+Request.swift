// What does a span say of a request?

#if Hummingbird
  import HTTPTypes
  import MailObservability
  import NIOCore

  extension TraceSpan {
    /// What is known at the start.
    ///
    /// Source: OpenTelemetry, "HTTP spans".
    func describe(
      _ head: HTTPRequest, _ method: HTTPMethodName, _ scheme: HTTPSchemeName, _ details: HTTPSpanDetails
    ) {
      self["http.request.method"] = method.rawValue
      if method == .other {
        // As much as tells one client's from another's.
        self["http.request.method_original"] = String(head.method.rawValue.prefix(64))
      }
      self["url.scheme"] = scheme.rawValue
      if let (host, port) = head.authority.flatMap({ TraceSpan.parts(of: $0) }) {
        self["server.address"] = host
        self["server.port"] = port
      }
      if details.contains(.path) {
        self["url.path"] = head.path.map { String($0.prefix { $0 != "?" }) }
      }
      if details.contains(.userAgent) { self["user_agent.original"] = head.headerFields[.userAgent] }
    }

    func describe(peer address: SocketAddress) {
      switch address {
      case .v4, .v6:
        self["network.peer.address"] = address.ipAddress
        self["network.peer.port"] = address.port
      case .unixDomainSocket: self["network.transport"] = "unix"
      }
    }

    /// Host and port of an authority, which clients write; nil when there is no host, or more bytes than a name has. An
    /// address comes without its brackets.
    static func parts(of authority: String) -> (host: String, port: Int?)? {
      guard (1...262).contains(authority.utf8.count) else { return nil }
      let bytes = authority.utf8
      guard let colon = bytes.lastIndex(of: UInt8(ascii: ":")),
        bytes.last != UInt8(ascii: "]"), let port = UInt16(authority[bytes.index(after: colon)...])
      else { return (withoutBrackets(authority[...]), nil) }
      return colon == bytes.startIndex ? nil : (withoutBrackets(authority[..<colon]), Int(port))
    }

    private static func withoutBrackets(_ host: Substring) -> String {
      let (first, last) = (host.utf8.first, host.utf8.last)
      let isAddress = host.utf8.count > 2 && first == UInt8(ascii: "[") && last == UInt8(ascii: "]")
      return String(isAddress ? host.dropFirst().dropLast() : host)
    }
  }
#endif
