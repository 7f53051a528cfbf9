// Which clients get gzip?

import EndpointMessages
import Testing

@Suite("Accept-Encoding")
struct AcceptedCodingsTests {
  @Test(
    "asks for gzip, or does not",
    arguments: [
      (nil, false), ("", false), (" ", false), (",", false), (";", false),
      // Prometheus, Go, curl, browsers, Python's requests.
      ("gzip", true), ("deflate, gzip, br, zstd", true), ("gzip, deflate, br", true), ("gzip, deflate", true),
      ("identity", false), ("br", false), ("deflate", false), ("compress, x-compress", false),
      // By another name, in any case, between any white space.
      ("x-gzip", true), ("GZIP", true), ("X-GZip;Q=0.5", true), ("  gzip\t;\tq = 1 ", true),
      (",, gzip ,,", true),
      ("*", true), ("*;q=0.1", true), ("br, *", true),
      // What is ruled out.
      ("gzip;q=0", false), ("gzip;q=0.000", false), ("x-gzip;q=0", false), ("*;q=0", false),
      ("gzip;q=0, *", false), ("*, gzip;q=0", false), ("*;q=0, gzip", true),
      ("gzip;q=0, identity;q=0", false),
      ("gzip;q=0.001", true), ("identity;q=0", false), ("identity;q=0, gzip", true),
      ("identity;q=0, *", true),
      ("*;q=0, identity", false),
      // What is rather wanted as it is.
      ("gzip;q=0.5, identity", false), ("identity;q=0.5, gzip", true), ("identity, gzip", true),
      ("gzip;q=0.5, identity;q=0.5", true), ("gzip;q=0.5, identity;q=0.501", false),
      ("*;q=0.5, identity;q=0.6", false), ("gzip;q=0.5, *", true),
      // Of several the first counts.
      ("gzip, gzip;q=0", true), ("gzip;q=0, gzip", false), ("gzip;q=0, x-gzip", false),
      // What is no quality makes no entry, and what is no token is none of these.
      ("gzip;q=2", false), ("gzip;q=-1", false), ("gzip;q=", false), ("gzip;q=abc", false),
      ("gzip;q=1.001", false), ("gzip;q=0.0001", false), ("gzip;q=nan", false), ("gzip;q=1e0", false),
      ("gzip;q=2, x-gzip", true), ("gzip;q", true), ("gzip;;;", true), ("gzip;x=0", true),
      ("\"gzip\"", false), ("gzip2", false), ("gzi", false), ("g zip", false), ("gzip/1", false),
      ("\"x, gzip", false), ("gzip\u{FF}", false),
    ] as [(String?, Bool)])
  func table(value: String?, asks: Bool) {
    var fields = EndpointFields()
    if let value { fields.append("Accept-Encoding", value) }
    #expect(AcceptedCodings(fields).asksForGzip == asks, "\(value ?? "none")")
  }

  @Test(
    "refuses the answer as it is, or does not",
    arguments: [
      (nil, false), ("", false), ("gzip", false), ("identity", false), ("identity;q=0.001", false),
      ("*", false),
      ("identity;q=0", true), ("gzip, Identity;Q=0.0", true), ("*;q=0", true), ("gzip, *;q=0", true),
      ("*;q=0, identity", false), ("identity;q=0.5, *;q=0", false), ("identity;q=0, *", true),
      ("identity;q=0, identity", true), ("identity, identity;q=0", false), ("identity;q=-1", false),
    ] as [(String?, Bool)])
  func identity(value: String?, refuses: Bool) {
    var fields = EndpointFields()
    if let value { fields.append("Accept-Encoding", value) }
    #expect(AcceptedCodings(fields).refusesIdentity == refuses, "\(value ?? "none")")
  }

  @Test("is read in several fields as in one, under any case of its name, and under no other name")
  func fields() {
    let several: EndpointFields = ["accept-encoding": "br", "ACCEPT-ENCODING": "gzip;q=0.2"]
    #expect(AcceptedCodings(several).asksForGzip)
    let others: EndpointFields = ["Accept": "gzip", "Accept-Encodin": "gzip", "TE": "gzip"]
    #expect(!AcceptedCodings(others).asksForGzip)
  }

  @Test("is read so far, however long it is")
  func bounded() {
    for (noise, isFound) in [(AcceptedMembers.most - 1, true), (AcceptedMembers.most, false), (8000, false)] {
      let value = String(repeating: "a,", count: noise) + "gzip"
      let one: EndpointFields = ["Accept-Encoding": value]
      #expect(AcceptedCodings(one).asksForGzip == isFound, "\(noise)")
      let two: EndpointFields = ["Accept-Encoding": String(value.dropLast(5)), "accept-encoding": "gzip"]
      #expect(AcceptedCodings(two).asksForGzip == isFound, "\(noise)")
    }
    let parameters: EndpointFields = [
      "Accept-Encoding": "gzip" + String(repeating: ";a=b", count: 8000) + ";q=0"
    ]
    #expect(AcceptedCodings(parameters).asksForGzip)
    for value in [String(repeating: "\"", count: 16_001), String(repeating: ";q=0,", count: 4000)] {
      let fields: EndpointFields = ["Accept-Encoding": value]
      #expect(!AcceptedCodings(fields).asksForGzip)
    }
  }
}
