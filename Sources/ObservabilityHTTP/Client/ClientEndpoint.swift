// Where does a client send its requests, by a configuration's text?

import EndpointMessages
import ObservabilityPlatform
package import ObservabilitySockets

/// The place that a URL names: `http://host:port/path?query`, `https://…`, or `unix:/path/of/the/socket`.
package struct ClientEndpoint: Sendable, Hashable {
  /// `https` is read, so that it can be said who speaks it; a client refuses it.
  package enum Scheme: String, Sendable, Hashable { case http, https, unix }

  package enum Place: Sendable, Hashable {
    /// A name that the resolver has to look up.
    case name(String, port: UInt16)
    /// An IP address and port, or a socket's path.
    case address(SocketAddress)
  }

  /// Why a text names no endpoint. It tells the part that is wrong, and nothing of a text that may have a password.
  package struct Failure: Error, Sendable, Hashable, CustomStringConvertible {
    package let description: String
  }

  package let scheme: Scheme
  package let place: Place
  /// The value of `Host`.
  package let host: String
  /// The path, percent-encoded, beginning with a slash.
  package let path: String
  /// What stands behind `?`, percent-encoded; nil without one.
  package let query: String?

  /// The target of a request.
  package var target: String { query.map { "\(path)?\($0)" } ?? path }

  /// The target, with another path where the URL has none, or / alone, which are the same (RFC 9110, 4.2.3).
  package func target(withoutPath otherPath: String) -> String {
    guard path == "/" else { return target }
    return query.map { "\(otherPath)?\($0)" } ?? otherPath
  }

  /// The endpoint as it may stand in a message: without the query, where a secret may be.
  package var shown: String {
    if case .address(.unix(let path)) = place { return "unix:\(path)" }
    return "\(scheme.rawValue)://\(host)\(path == "/" ? "" : path)"
  }

  /// The endpoint with further segments, such as `v1/traces`, behind the path, one slash between.
  package func appending(_ segments: String) -> ClientEndpoint {
    ClientEndpoint(
      scheme: scheme, place: place, host: host,
      path: path.hasSuffix("/") ? path + segments : "\(path)/\(segments)",
      query: query)
  }

  private init(scheme: Scheme, place: Place, host: String, path: String, query: String?) {
    (self.scheme, self.place, self.host, self.path, self.query) = (scheme, place, host, path, query)
  }

  package init(_ text: String) throws(Failure) {
    // Whoever wrote an @ may have written a password before it, wherever the other mistake is.
    let mayTell = !text.utf8.contains(UInt8(ascii: "@"))
    func failure(_ reason: String, _ part: Substring? = nil) -> Failure {
      guard let part, mayTell else { return Failure(description: reason) }
      return Failure(description: "\(reason): \"\(String(part).oneLine(atMost: 128))\"")
    }
    guard text.utf8.allSatisfy({ $0 > .space && $0 < .delete }) else {
      throw failure("the URL has a blank, a control character or one that is not ASCII: percent-encode it")
    }
    guard let colon = text.firstIndex(of: ":") else {
      throw failure("the URL has no scheme; expected http://host:port or unix:/path", text[...])
    }
    guard let scheme = Scheme(rawValue: text[..<colon].lowercased()) else {
      throw failure(
        "the scheme is none of http, https and unix; expected http://host:port or unix:/path", text[...])
    }
    let rest = text[text.index(after: colon)...]
    if scheme == .unix {
      guard rest.hasPrefix("/"), !rest.hasPrefix("//") else {
        throw failure("the path of the socket does not begin with one slash", rest)
      }
      do throws(SocketError) {
        self.init(
          scheme: .unix, place: .address(try .parse("unix:\(rest)")), host: "localhost", path: "/", query: nil
        )
      } catch {
        throw Failure(description: error.message)
      }
      return
    }
    guard rest.hasPrefix("//") else { throw failure("two slashes have to follow \"\(scheme.rawValue):\"") }
    let afterSlashes = rest.dropFirst(2)
    guard !afterSlashes.contains("#") else { throw failure("a fragment (#) is nothing that is sent") }
    let authority = afterSlashes.prefix { $0 != "/" && $0 != "?" }
    guard !authority.contains("@") else {
      throw failure("a user name or a password in the URL is not sent")
    }
    let tail = afterSlashes[authority.endIndex...]
    let pathPart = tail.prefix { $0 != "?" }
    let path = pathPart.isEmpty ? "/" : String(pathPart)
    let query = pathPart.endIndex < tail.endIndex ? String(tail[pathPart.endIndex...].dropFirst()) : nil
    guard Self.isEncoded(path, ByteSet.path) else {
      throw failure("the path has a character that has to be percent-encoded", pathPart)
    }
    guard query.map({ Self.isEncoded($0, ByteSet.query) }) ?? true else {
      throw failure("the query has a character that has to be percent-encoded")
    }

    let hostEnd: Substring.Index
    if authority.hasPrefix("[") {
      guard let bracket = authority.firstIndex(of: "]") else {
        throw failure("the bracket around the IPv6 address is not closed", authority)
      }
      hostEnd = authority.index(after: bracket)
    } else {
      hostEnd = authority.firstIndex(of: ":") ?? authority.endIndex
    }
    let host = authority[..<hostEnd]
    guard !host.isEmpty else { throw failure("the host is missing") }
    var port: UInt16 = scheme == .https ? 443 : 80
    if hostEnd < authority.endIndex {
      let portText = authority[authority.index(after: hostEnd)...]
      guard authority[hostEnd] == ":", portText.utf8.allSatisfy({ $0.isDigit }),
        let number = UInt16(portText),
        number > 0
      else {
        throw failure(
          portText.contains(":")
            ? "an IPv6 address needs brackets" : "the port is not a number from 1 to 65535",
          authority[hostEnd...])
      }
      port = number
    }
    let place = try Self.place(host, port, failure)
    let isDefault = port == (scheme == .https ? 443 : 80)
    // The zone of an IPv6 address is of this machine only.
    let named = host.hasPrefix("[") ? "\(host.prefix { $0 != "%" && $0 != "]" })]" : String(host)
    self.init(
      scheme: scheme, place: place, host: isDefault ? named : "\(named):\(port)", path: path, query: query)
  }

  private static func place(
    _ host: Substring, _ port: UInt16, _ failure: (String, Substring?) -> Failure
  ) throws(Failure) -> Place {
    if host.hasPrefix("[") {
      var literal = String(host.dropFirst().dropLast())
      // RFC 6874 has the zone's % encoded, and nearly everybody writes it as it is.
      if let percent = literal.firstIndex(of: "%"), literal[percent...].hasPrefix("%25"),
        literal[percent...].utf8.count > 3
      {
        literal.replaceSubrange(percent..<literal.index(percent, offsetBy: 3), with: "%")
      }
      guard let address = SocketAddress.numeric6(literal, port: port) else {
        throw failure("what stands in brackets is no IPv6 address", host)
      }
      return .address(address)
    }
    if let address = SocketAddress.numeric4(String(host), port: port) { return .address(address) }
    guard host.utf8.count <= 253, host.utf8.allSatisfy(isNameByte) else {
      throw failure("the host is no name: letters, digits, \".\", \"-\" and \"_\", up to 253 of them", host)
    }
    return .name(String(host), port: port)
  }

  private static func isNameByte(_ byte: UInt8) -> Bool {
    switch byte {
    case 48...57, 65...90, 97...122, UInt8(ascii: "."), UInt8(ascii: "-"), UInt8(ascii: "_"): true
    default: false
    }
  }

  /// Whether every byte is of the set, or begins two hexadecimal digits behind a `%`.
  private static func isEncoded(_ text: String, _ allowed: ByteSet) -> Bool {
    let bytes = Array(text.utf8)
    var index = 0
    while index < bytes.count {
      if allowed.contains(bytes[index]) {
        index += 1
      } else {
        guard bytes[index] == UInt8(ascii: "%"), index + 2 < bytes.count,
          bytes[index + 1].hexadecimalValue != nil, bytes[index + 2].hexadecimalValue != nil
        else { return false }
        index += 3
      }
    }
    return true
  }
}
