// Are base64, lines and addresses read strictly?

import Testing

@testable import example_mail_server

@Suite struct TextTests {
  @Test(
    "base64 agrees with the vectors of RFC 4648 section 10",
    arguments: [
      ("", ""), ("f", "Zg=="), ("fo", "Zm8="), ("foo", "Zm9v"), ("foob", "Zm9vYg=="), ("fooba", "Zm9vYmE="),
      ("foobar", "Zm9vYmFy"),
    ])
  func base64(_ plain: String, _ encoded: String) {
    #expect(Base64.encode(plain.utf8) == encoded)
    #expect(Base64.decode(encoded.utf8) == Array(plain.utf8))
  }

  @Test(
    "base64 that is not canonical is refused",
    arguments: ["Z", "Zg", "Zg=", "Zh==", "Zm9=", "====", "Z===", "Zg==Zg==", "Zm 9", "Zm9v\n", "Zm-_"])
  func strictBase64(_ encoded: String) {
    #expect(Base64.decode(encoded.utf8) == nil)
  }

  @Test(
    "an address is a mailbox of RFC 5321 or nothing",
    arguments: [
      ("a@example.com", true), ("A.b+c@Example.COM", true), ("\"a b\"@example.com", true),
      ("a@[127.0.0.1]", true),
      ("a@[IPv6:::1]", true), ("postmaster", true), ("a", false), ("@example.com", false), ("a@", false),
      ("a..b@example.com", false), ("a@-x.example", false), ("a b@example.com", false),
      ("\"a@example.com", false),
      ("a\u{7f}@example.com", false), ("a@" + String(repeating: "x.", count: 200) + "com", false),
    ])
  func addresses(_ text: String, _ isValid: Bool) {
    #expect((MailAddress(text) != nil) == isValid)
  }

  @Test("secrets are compared whole")
  func secrets() {
    #expect(equalsInConstantTime("secret", "secret"))
    for wrong in ["", "secre", "secrets", "Secret", "\u{0}"] {
      #expect(!equalsInConstantTime(wrong, "secret"))
    }
    #expect(!equalsInConstantTime("", "x"))
  }

  @Test(
    "as much is taken as is there, whatever number a peer said",
    arguments: [Int.max, Int.max - 1, -1, Int.min])
  func hugeCount(_ count: Int) {
    var buffer = InputBuffer()
    buffer.append(Array("abc".utf8))
    _ = buffer.take(1)
    #expect(buffer.peek(count).text == (count > 0 ? "bc" : ""))
    #expect(buffer.take(count).text == (count > 0 ? "bc" : ""))
    #expect(buffer.count == (count > 0 ? 0 : 2))
  }

  @Test("a command has its time from the wait for it, however it is cut")
  func commandDeadline() {
    let start = ContinuousClock.now
    var deadline = CommandDeadline(timeout: .seconds(10), at: start)
    for _ in 0..<512 { deadline.received(octets: 1) }
    #expect(deadline.instant == start + .milliseconds(10_500))
    deadline.received(octets: 10 * 1024)
    #expect(deadline.instant == start + .milliseconds(20_500))
    deadline.restart(at: start + .seconds(3))
    #expect(deadline.instant == start + .seconds(13))
  }
}
