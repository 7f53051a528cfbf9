// What is read in an Authorization field?

import EndpointMessages
@testable import ObservabilityEndpoints
import TestSupport
import Testing

@Suite("An Authorization field")
struct AuthorizationFieldTests {
  private func parsed(_ value: String) -> AuthorizationField {
    AuthorizationField(in: ["Authorization": value])
  }

  private func basic(_ username: String, _ password: String) -> AuthorizationField {
    .basic(username: Array(username.utf8), password: Array(password.utf8))
  }

  @Test("has a name and a password, or a token")
  func wellFormed() {
    // RFC 7617, section 2, and 2.1 for UTF-8.
    #expect(parsed("Basic QWxhZGRpbjpvcGVuIHNlc2FtZQ==") == basic("Aladdin", "open sesame"))
    #expect(parsed("Basic dGVzdDoxMjPCow==") == basic("test", "123£"))
    for scheme in ["Basic", "basic", "BASIC", "bAsIc"] {
      #expect(parsed("\(scheme) \(base64("a:b"))") == basic("a", "b"))
    }
    #expect(parsed("  Basic    \(base64("a:b"))  ") == basic("a", "b"))
    #expect(parsed("Basic \(base64("a:b:c"))") == basic("a", "b:c"))
    #expect(parsed("Basic \(base64(":"))") == basic("", ""))
    #expect(parsed("bearer mF_9.B5f-4.1JqM") == .bearer(Array("mF_9.B5f-4.1JqM".utf8)))
    #expect(parsed("Bearer abc==") == .bearer(Array("abc==".utf8)))
    #expect(AuthorizationField(in: [:]) == .absent)
    #expect(AuthorizationField(in: ["AUTHORIZATION": "Bearer a"]) == .bearer([97]))
  }

  @Test(
    "is malformed",
    arguments: [
      "", " ", "Basic", "Basic ", "Bearer", "Bearer ", "Bearer a b", "Bearer =", "Bearer a=b", "Bearer a,b",
      "Bearer \u{E9}", "Basic Zm9v", "Basic Zg", "Basic Zm8", "Basic =", "Basic ====", "Basic Y===",
      "Basic YTpi=",
      "Basic YTp iYg==", "Basic YTpiYh==", "Basic YTpi,", "Basic YTp-", "Basic YTp_",
      "B\u{E9}sic YTpi", "Basic\tYTpi", "Basic, YTpi", "Bearer " + String(repeating: "a", count: 1025),
      "Basic " + base64("a:\u{0}"), "Basic " + base64("a:b\u{0}c"), "Basic " + base64("a\n:b"),
      "Basic " + base64("a:b\u{7F}"), "Basic " + base64("a:" + String(repeating: "x", count: 512)),
      "Digest " + String(repeating: "x", count: 5000),
    ])
  func malformed(value: String) {
    #expect(parsed(value) == .malformed)
  }

  @Test("is of another scheme", arguments: ["Digest a=b", "Negotiate abc", "Token abc", "Basic2 YTpi", "x"])
  func otherScheme(value: String) {
    #expect(parsed(value) == .otherScheme)
  }

  @Test("stands once")
  func twice() {
    for second in [Known.basic, "Bearer a", "", "Digest x"] {
      #expect(AuthorizationField(in: ["Authorization": Known.basic, "authorization": second]) == .malformed)
    }
  }

  @Test("reads back what clients write", arguments: [SeededGenerator.seed])
  func roundTrip(seed: UInt64) {
    var generator = SeededGenerator(seed: seed)
    for _ in 0..<2000 {
      func text(_ longest: Int, _ excluded: Set<Unicode.Scalar>) -> String {
        var text = String.UnicodeScalarView()
        for _ in 0..<Int.random(in: 0...longest, using: &generator) {
          let scalar = Unicode.Scalar(UInt8.random(in: 0x20...0xFF, using: &generator))
          if !excluded.contains(scalar), !(0x7F...0x9F).contains(scalar.value) { text.append(scalar) }
        }
        return String(text)
      }
      let (username, password) = (text(40, [":"]), text(200, []))
      #expect(parsed("Basic " + base64("\(username):\(password)")) == basic(username, password))
    }
  }
}
