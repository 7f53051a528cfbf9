// What do header fields say about where a request began, and for whom it was meant?

extension EndpointFields {
  /// The value of `Host`, without white space at its ends; nil when there is none, or more than one.
  package var soleHost: String? {
    var host: String?
    for position in positions where name(at: position).equalsIgnoringCase("host") {
      guard host == nil else { return nil }
      host = bytes.withUnsafeBufferPointer {
        String(decoding: $0.part(Int(position.valueStart), Int(position.valueEnd)).trimmed(), as: UTF8.self)
      }
    }
    return host
  }

  /// Whether a field says that somebody in between has passed the request on. Proxies add one of these of their own
  /// accord or as everybody sets them up; what they say is not read.
  package var areForwarded: Bool { positions.contains { name(at: $0).isOfForwarder } }

  private func name(at position: Position) -> ArraySlice<UInt8> {
    bytes[Int(position.nameStart)..<Int(position.nameEnd)]
  }
}

extension ArraySlice<UInt8> {
  fileprivate func equalsIgnoringCase(_ lowercase: StaticString) -> Bool {
    withUnsafeBufferPointer { $0.equalsIgnoringCase(lowercase) }
  }

  fileprivate var isOfForwarder: Bool {
    withUnsafeBufferPointer { name in
      // X-Forwarded-For, -Host, -Proto, and what else there is of the kind.
      if name.part(0, 12).equalsIgnoringCase("x-forwarded-") { return true }
      return switch name.count {
      case 3: name.equalsIgnoringCase("via")
      case 9: name.equalsIgnoringCase("forwarded") || name.equalsIgnoringCase("x-real-ip")
      case 11: name.equalsIgnoringCase("x-client-ip")
      case 14: name.equalsIgnoringCase("true-client-ip")
      case 16: name.equalsIgnoringCase("cf-connecting-ip")
      case 19: name.equalsIgnoringCase("x-cluster-client-ip")
      case 24: name.equalsIgnoringCase("x-envoy-external-address")
      default: false
      }
    }
  }
}
