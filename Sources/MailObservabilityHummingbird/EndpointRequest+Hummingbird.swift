// How do the endpoints see a request of Hummingbird's?

#if Hummingbird
  import HTTPTypes
  import MailObservability
  import NIOCore

  extension EndpointRequest {
    /// - Parameter target: as it came; nil for that of the head.
    init(
      _ head: HTTPRequest, target: String? = nil, from address: SocketAddress?
    ) throws(EndpointRequestError) {
      var fields = EndpointFields()
      // HTTPTypes keeps `Host` apart, and whoever may see details is asked for it.
      if let authority = head.authority { fields.append("Host", authority) }
      for field in head.headerFields { fields.append(field.name.rawName, field.value) }
      try self.init(
        method: head.method.rawValue, target: target ?? head.path ?? "/", headers: fields,
        peer: EndpointPeer(address))
    }
  }

  extension EndpointPeer {
    init(_ address: SocketAddress?) {
      switch address {
      case .v4, .v6:
        self =
          EndpointPeer(ipAddress: address?.ipAddress ?? "", port: UInt16(clamping: address?.port ?? 0))
          ?? .unknown
      case .unixDomainSocket: self = .unix
      case nil: self = .unknown
      }
    }
  }

  extension String {
    /// A target without the first segments of its path, as whoever is mounted below a group of routes sees it.
    func droppingSegments(_ count: Int) -> String {
      var rest = utf8[...]
      for _ in 0..<max(0, count) {
        rest = rest.drop { $0 == UInt8(ascii: "/") }
        rest = rest.drop { $0 != UInt8(ascii: "/") && $0 != UInt8(ascii: "?") }
      }
      let target = String(rest) ?? ""
      return target.utf8.first == UInt8(ascii: "/") ? target : "/" + target
    }
  }
#endif
