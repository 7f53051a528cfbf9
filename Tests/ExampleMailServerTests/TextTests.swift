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
}
