// Is the place that a URL names the one that is asked, and is every other URL refused with a reason?

import ObservabilitySockets
import TestSupport
import Testing

@testable import ObservabilityHTTP

@Suite("Endpoints of a client")
struct ClientEndpointTests {
  private typealias Endpoint = ClientEndpoint

  @Test(
    "URLs",
    arguments: [
      ("http://localhost:4318", "localhost 4318", "localhost:4318", "/"),
      ("HTTP://localhost:4318/", "localhost 4318", "localhost:4318", "/"),
      ("http://collector", "collector 80", "collector", "/"),
      ("http://collector:80/v1/traces", "collector 80", "collector", "/v1/traces"),
      ("https://collector", "collector 443", "collector", "/"),
      ("https://collector:80", "collector 80", "collector:80", "/"),
      ("http://a.example.org./x%20y?k=v%26&t", "a.example.org. 80", "a.example.org.", "/x%20y?k=v%26&t"),
      ("http://h?q", "h 80", "h", "/?q"), ("http://h/?", "h 80", "h", "/?"),
      ("http://127.0.0.1:1/a", "127.0.0.1:1", "127.0.0.1:1", "/a"),
      ("http://[::1]:4318/a", "[::1]:4318", "[::1]:4318", "/a"), ("http://[::1]", "[::1]:80", "[::1]", "/"),
      ("http://[fe80::1%251]:9", "[fe80::1%1]:9", "[fe80::1]:9", "/"),
      ("http://[fe80::1%1]:9", "[fe80::1%1]:9", "[fe80::1]:9", "/"),
      ("http://h/%e4//../x;y=1,2", "h 80", "h", "/%e4//../x;y=1,2"),
      ("unix:/run/otel.sock", "unix:/run/otel.sock", "localhost", "/"),
      ("UNIX:/run/a?b#c", "unix:/run/a?b#c", "localhost", "/"),
    ])
  func understood(text: String, place: String, host: String, target: String) throws {
    let endpoint = try ClientEndpoint(text)
    let found =
      switch endpoint.place {
      case .name(let name, let port): "\(name) \(port)"
      case .address(let address): "\(address)"
      }
    #expect(found == place)
    #expect(endpoint.host == host)
    #expect(endpoint.target == target)
  }

  @Test(
    "A URL without a path, or with / alone, is asked for another one, with its query",
    arguments: [
      ("http://h", "/m"), ("http://h/", "/m"), ("http://h?a=b", "/m?a=b"), ("http://h/?a=b", "/m?a=b"),
      ("http://h/?", "/m?"), ("http://h//", "//"), ("http://h/a", "/a"), ("http://h/a?b", "/a?b"),
      ("unix:/run/m", "/m"),
    ])
  func withoutPath(text: String, target: String) throws {
    #expect(try ClientEndpoint(text).target(withoutPath: "/m") == target)
  }

  @Test(
    "Others are refused, and the reason names the part that is wrong",
    arguments: [
      ("", "no scheme"), ("localhost", "no scheme"), ("localhost:4318", "none of http"),
      ("ftp://h", "none of http"), ("grpc://h", "none of http"), (":", "none of http"),
      ("http:", "two slashes"), ("http:/h", "two slashes"), ("http://", "host is missing"),
      ("http:///v1", "host is missing"), ("http://:80", "host is missing"), ("http://?", "host is missing"),
      ("http://h:", "port"), ("http://h:0", "port"), ("http://h:65536", "port"), ("http://h:-1", "port"),
      ("http://h:+1", "port"), ("http://h:4318x", "\":4318x\""),
      ("http://::1", "host is missing"),
      ("http://::1/", "host is missing"), ("http://fe80::1:80", "needs brackets"),
      ("http://[::1", "not closed"), ("http://[::1]x", "port"), ("http://[::g]", "no IPv6 address"),
      ("http://[127.0.0.1]", "no IPv6 address"), ("http://[]", "no IPv6 address"),
      ("http://[fe80::1%]", "no IPv6 address"), ("http://[fe80::1%nosuch]", "no IPv6 address"),
      ("http://h h", "blank"), ("http://h\r\nX: y", "blank"), ("http://h/\0", "blank"),
      (" http://h", "blank"),
      ("http://b\u{FC}cher", "ASCII"), ("http://h%41", "no name"), ("http://h_*", "no name"),
      ("http://h/%", "path"), ("http://h/%4", "path"), ("http://h/%zz", "path"), ("http://h/<a>", "path"),
      ("http://h/\\", "path"), ("http://h/?%", "query"), ("http://h/#top", "fragment"),
      ("http://h#", "fragment"),
      ("http://\(String(repeating: "a", count: 254))", "no name"), ("unix:", "one slash"),
      ("unix:run/x", "one slash"), ("unix://run/x", "one slash"),
      ("unix:/\(String(repeating: "a", count: 200))", "longer than"),
    ])
  func refused(text: String, reason: String) {
    let failure = #expect(throws: ClientEndpoint.Failure.self) { try ClientEndpoint(text) }
    #expect(failure?.description.firstRange(ofText: reason) != nil, "\(failure as Any)")
  }

  @Test(
    "A password is refused, and never told",
    arguments: [
      "http://user:secret@h/", "http://secret@h", "http://user:sec/ret@h:x", "http://h:secret@", "secret@h",
      "foo:secret@h", "http://[secret@", "unix:secret@", "http://u:secret@h/%",
    ])
  func passwords(text: String) {
    let failure = #expect(throws: ClientEndpoint.Failure.self) { try ClientEndpoint(text) }
    #expect(failure?.description.firstRange(ofText: "sec") == nil)
  }

  @Test("Segments go behind the path and before the query, with one slash between")
  func appending() throws {
    for (text, target) in [
      ("http://h", "/v1/traces"), ("http://h/", "/v1/traces"), ("http://h/otlp", "/otlp/v1/traces"),
      ("http://h/otlp/?k=v", "/otlp/v1/traces?k=v"), ("unix:/s", "/v1/traces"),
    ] { #expect(try ClientEndpoint(text).appending("v1/traces").target == target) }
  }
}
