// Are a message's parts found where they are, and is their text what a person reads?

import TestSupport
import Testing

@testable import example_mail_server

@Suite struct MIMETests {
  /// The types of all parts, as nested lists.
  private func shape(_ part: MIMEPart) -> String {
    switch part.content {
    case .leaf: "\(part.type)/\(part.subtype)"
    case .multipart(let parts): "\(part.subtype)(\(parts.map(shape).joined(separator: " ")))"
    case .message(let message): "message[\(shape(message))]"
    }
  }

  private func body(_ text: String, _ path: [Int]) -> String? {
    let message = Array(text.utf8)
    return MIMEPart(of: message).part(at: path).map { message[$0.bodyRange].text }
  }

  @Test(
    "a multipart falls apart at its delimiter lines",
    arguments: [
      ("--b\r\n\r\none\r\n--b\r\n\r\ntwo\r\n--b--\r\n", ["one", "two"]),
      ("pre\r\n--b\r\n\r\none\r\n--b--\r\nepilogue\r\n--b\r\n\r\nno part", ["one"]),
      // Blanks after the delimiter, no close, bare line feeds.
      ("--b \t\r\n\r\none\r\n--b\r\n\r\ntwo\r\n", ["one", "two\r\n"]),
      ("--b\n\none\n--b\n\ntwo\n--b--", ["one", "two"]),
      // A longer boundary and a line that only looks like one belong to the text.
      ("--b\r\n\r\n--bc\r\n --b\r\n--b-\r\n--b--", ["--bc\r\n --b\r\n--b-"]),
      ("--b\r\n--b\r\n\r\n\r\n--b--", ["", ""]),
      // No delimiter: the text is not lost.
      ("just text", ["just text"]), ("", [""]),
    ])
  func delimiters(_ text: String, _ parts: [String]) {
    let message = "Content-Type: multipart/mixed; boundary=b\r\n\r\n\(text)"
    #expect(parts.indices.map { body(message, [$0 + 1]) } == parts)
    #expect(body(message, [parts.count + 1]) == nil)
  }

  @Test(
    "the type of a part is what its header says, or the default",
    arguments: [
      ("", "text/plain"), ("Content-Type: nonsense", "text/plain"),
      ("Content-Type: IMAGE/Png; name=x", "image/png"),
      ("Content-Type: text (a comment) / html", "text/plain"),
      ("Content-Type: multipart/mixed", "mixed(text/plain)"),
      ("Content-Type: message/rfc822", "message[text/plain]"),
      ("Content-Type: message/rfc822\r\nContent-Transfer-Encoding: base64", "application/octet-stream"),
      ("Content-Type: multipart/digest; boundary=\"x y\"", "digest(message[text/plain] text/plain)"),
    ])
  func types(_ header: String, _ expected: String) {
    let message =
      "\(header)\r\n\r\n--x y\r\n\r\nSubject: 1\r\n\r\n--x y\r\nContent-Type: text/plain\r\n\r\n--x y--"
    #expect(shape(MIMEPart(of: Array(message.utf8))) == expected)
  }

  @Test("parts are numbered through the messages that they lie in")
  func numbers() {
    let message = """
      Content-Type: multipart/mixed; boundary=out\r
      \r
      --out\r
      \r
      first\r
      --out\r
      Content-Type: message/rfc822\r
      \r
      Subject: inner\r
      Content-Type: multipart/mixed; boundary=in\r
      \r
      --in\r
      \r
      second\r
      --out\r
      Content-Type: message/rfc822\r
      \r
      Subject: plain\r
      \r
      third\r
      --out--\r

      """
    #expect(body(message, [1]) == "first")
    #expect(body(message, [2, 1]) == "second")
    #expect(body(message, [3]) == "Subject: plain\r\n\r\nthird")
    #expect(body(message, [3, 1]) == "third")
    for path in [[], [0], [4], [1, 1], [2, 2], [3, 1, 1], [.max], [-1]] {
      #expect(body(message, path) == nil)
    }
  }

  @Test("nesting and parts have an end, and nothing beyond it is hidden")
  func bounds() {
    let nested = (0..<5000).map { "Content-Type: multipart/mixed; boundary=b\($0)\r\n\r\n--b\($0)\r\n" }
      .joined()
    #expect(shape(MIMEPart(of: Array(nested.utf8))).hasPrefix("mixed(mixed("))
    let messages = String(repeating: "Content-Type: message/rfc822\r\n\r\n", count: 5000)
    #expect(shape(MIMEPart(of: Array(messages.utf8))).hasPrefix("message[message["))
    let many =
      "Content-Type: multipart/mixed; boundary=b\r\n\r\n" + String(repeating: "--b\r\n\r\n", count: 5000)
      + "end"
    #expect(body(many, [MIMEPart.maximumCount])?.hasSuffix("--b\r\n\r\nend") == true)
  }

  @Test("whatever octets come, every part lies in its message")
  func junk() {
    let pieces = [
      "--a", "--b", "--a--", "\r\n", "\n", "\r\n\r\n", "Content-Type: multipart/mixed; boundary=a\r\n",
      "Content-Type: multipart/digest; boundary=\"b\"\r\n", "Content-Type: message/rfc822\r\n", "\"", "(",
      "\\", ";", "=", "\0",
      "=?utf-8?q?", "?=", "text",
    ]
    for seed in UInt64(1)...500 {
      var random = SeededGenerator(seed: seed)
      let text = (0..<60).map { _ in pieces.randomElement(using: &random) ?? "" }.joined()
      let message = Array(text.utf8)
      var open = [MIMEPart(of: message)]
      var count = 0
      while let part = open.popLast() {
        count += 1
        let isInside =
          part.headerRange.upperBound == part.bodyRange.lowerBound
          && part.bodyRange.upperBound <= message.count
        #expect(isInside, "seed \(seed)")
        _ = part.text(in: message)
        switch part.content {
        case .leaf: break
        case .multipart(let parts): open += parts
        case .message(let inner): open.append(inner)
        }
      }
      #expect(count <= MIMEPart.maximumCount + 1, "seed \(seed)")
      _ = EncodedWord.decode(text)
      _ = HeaderAddress.items(text)
    }
  }

  @Test(
    "the parameters of a field are read, and what is none is left out",
    arguments: [
      ("text/plain; charset=UTF-8", "text/plain", ["charset": "UTF-8"]),
      (
        "Attachment;FileName=\"a;b\\\"c.txt\" ; size = 3", "attachment",
        ["filename": "a;b\"c.txt", "size": "3"]
      ),
      ("text/plain (x;y=z) ; a=1 (; b=2); c=3", "text/plain", ["a": "1", "c": "3"]),
      ("text/plain; =x; y; z=; w=1", "text/plain", ["w": "1"]),
      ("text/plain; a=\"open", "text/plain", ["a": "open"]),
    ])
  func parameters(_ field: String, _ value: String, _ parameters: [String: String]) {
    let parsed = MIMEFieldValue(field)
    #expect(parsed?.value == value)
    let found = parsed?.parameters.map { ($0.name, $0.value) } ?? []
    #expect(Dictionary(found) { first, _ in first } == parameters)
  }

  @Test(
    "encoded words are read as what they say, and anything else as it stands",
    arguments: [
      ("=?UTF-8?Q?caf=C3=A9?=", "café"), ("=?iso-8859-1?q?a_caf=e9?= au lait", "a café au lait"),
      ("=?utf-8?B?Y2Fmw6k=?=", "café"), ("=?utf-8*fr?b?Y2Fmw6k?=", "café"),
      ("=?UTF-8?Q?a?= \t =?UTF-8?Q?b?=", "ab"), ("=?UTF-8?Q?a?= x =?UTF-8?Q?b?=", "a x b"),
      // One character in two words.
      ("=?UTF-8?B?w6k=?= =?UTF-8?Q?=C3?=\r\n =?UTF-8?Q?=A9?=", "éé"),
      ("=?windows-1252?Q?=80=93?=", "€“"), ("=?ISO-8859-15?Q?=A4?=", "€"),
      ("=?KOI8-R?Q?=C1?=", "=?KOI8-R?Q?=C1?="), ("=?utf-8?X?a?=", "=?utf-8?X?a?="),
      ("=?utf-8?Q?a b?=", "=?utf-8?Q?a b?="),
      ("=?=?utf-8?Q?a?=", "=?a"), ("plain = text", "plain = text"), ("", ""), ("=?", "=?"),
    ])
  func encodedWords(_ field: String, _ text: String) {
    #expect(EncodedWord.decode(field) == text)
  }

  @Test(
    "transfer encodings are undone, mangled ones as far as they go",
    arguments: [
      ("base64", "Y2Fm\r\nw6k=\r\n", "café"), ("BASE64 ", "Y2Fmw6", "caf\u{FFFD}"),
      ("base64", "YQ==YQ==", "aa"),
      ("quoted-printable", "caf=C3=a9 =\r\nau=  \r\n lait=", "café au lait="),
      ("quoted-printable", "=4 =zz", "=4 =zz"),
      ("8bit", "=C3", "=C3"), ("x-unknown", "=C3", "=C3"),
    ])
  func transferEncodings(_ name: String, _ encoded: String, _ text: String) {
    #expect(TransferEncoding(name).decode(Array(encoded.utf8)[...]).text == text)
  }

  @Test("the body begins where the header ends, however many fields it has")
  func manyFields() {
    let message = Array((String(repeating: "X: y\r\n", count: 1002) + "\r\nbody").utf8)
    #expect(message[MessageHeader(of: message).bodyStart...].text == "body")
  }

  @Test("a field with octets that are no UTF-8 keeps its characters")
  func unlabelled() {
    #expect(MessageHeader(of: Array("Subject: caf".utf8) + [0xE9, 0x0D, 0x0A])["Subject"] == "café")
  }
}
