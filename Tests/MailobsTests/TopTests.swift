// Does the command draw what the live page's data say?

import Testing

@testable import mailobs

@Suite("mailobs top")
struct TopTests {
  private static let first = #"""
    {"v":1,"epoch":"e","range":"10m","step":2,"points":4,"first":0,"last":2,"marks":[0,-1,0],
    "values":[[[3,1,null,4],[0,0]]],"level":"bad","verdict":[{"level":"bad","text":"storage fails\u001b[2J"}],
    "lists":[{"section":"flow","title":"Who","rows":[["\u202eevil","7"]]}],"traces":[{"at":1,"ms":1500,"name":"x","error":true}],
    "service":"mx\n1","sections":[{"id":"flow","title":"Is mail flowing?"}],
    "charts":[{"id":"a","section":"flow","title":"Messages","unit":"a second","lines":["accepted","dropped"]}]}
    """#

  private func tree(_ text: String) throws -> JSONTree { try #require(JSONTree(Array(text.utf8))) }

  @Test("shows the verdict, the lines that tell something, and nothing that steers a terminal")
  func screen() throws {
    let data = try #require(TopData(try tree(TopTests.first)))
    let lines = TopScreen(data, columns: 60).lines
    #expect(lines[0] == "mx\\n1 – the last 6 s")
    #expect(lines[1] == "✕ storage fails\\u{1B}[2J")
    #expect(lines.contains { $0.hasPrefix("    accepted") && $0.hasSuffix("3 ▂ █") })
    #expect(!lines.contains { $0.contains("dropped") })
    #expect(lines.contains("  Who: \\u{202E}evil 7") && lines.last == "  ✕ x – 1500 ms")
    #expect(TopScreen(data, columns: 0).lines.allSatisfy { $0.count <= 40 })
  }

  @Test("says that a server does not answer, above what it said last")
  func unanswered() throws {
    let data = try #require(TopData(try tree(TopTests.first)))
    let lines = TopScreen(data, unansweredFor: "no answer\u{1B}[2J in 5s", columns: 60).lines
    #expect(lines[0] == "✕ The server does not answer: no answer\\u{1B}[2J in 5s")
    #expect(lines[1].contains("what it said last") && lines[2].hasPrefix("mx"))
  }

  @Test("is no wider than the terminal, whatever the letters", arguments: [1, 2, 20, 39, 400, -1, Int.max])
  func width(columns: Int) throws {
    for (text, wide) in [("漢", true), ("e\u{301}", false), ("👩‍👩‍👧", true), ("x", false), ("한", true)] {
      let hostile = TopTests.first.replacing("storage fails", by: String(repeating: text, count: 200))
      let lines = TopScreen(try #require(TopData(try tree(hostile))), columns: columns).lines
      let limit = min(max(columns, 1), 400)
      #expect(lines.allSatisfy { $0.count <= limit })
      #expect(!wide || lines[1].filter { String($0) == text }.count <= limit / 2, "\(lines[1])")
    }
  }

  @Test(
    "does not end with a server that lies",
    arguments: [
      ("\"step\":2", "\"step\":9e18"), ("\"step\":2", "\"step\":-1"), ("\"points\":4", "\"points\":9e18"),
      ("\"last\":2", "\"last\":9.2e18"), ("[0,-1,0]", "7"), ("\"lines\":[", "\"lines\":[1,{},"),
      ("[3,1,null,4]", "[1e999,-1e999,1e308]"), ("\"at\":1", "\"at\":1e999"),
    ])
  func lies(truth: String, lie: String) throws {
    let text = TopTests.first.replacing(truth, by: lie)
    #expect(text != TopTests.first)
    var data = try #require(TopData(try tree(text)))
    #expect(!TopScreen(data, columns: 80).lines.isEmpty)
    _ = data.add(try tree(text.replacing("\"charts\"", by: "\"other\"")))
    #expect(!TopScreen(data, columns: 80).lines.isEmpty)
  }

  @Test("takes no epoch that a query could not name", arguments: ["", "a b", "a&b", "é", "\\r\\n", "%00"])
  func epochs(epoch: String) throws {
    #expect(
      TopData(try tree(TopTests.first.replacing("\"epoch\":\"e\"", by: "\"epoch\":\"\(epoch)\""))) == nil)
  }

  @Test("adds what is new, and begins anew with a server that has")
  func updates() throws {
    var data = try #require(TopData(try tree(TopTests.first)))
    let next = #"{"v":1,"epoch":"e","last":4,"marks":[0,0],"values":[[[9,8,9],[1,1]]],"verdict":[]}"#
    #expect(data.add(try tree(next)))
    #expect(data.charts[0].lines.map(\.points) == [[nil, 4, 8, 9], [0, 0, 1, 1]] && data.last == 4)
    #expect(data.charts[0].lines.map(\.now) == [9, 1] && data.lists.count == 1)
    for other in [#"{"v":1,"epoch":"f","marks":[],"values":[]}"#, #"{"v":2,"epoch":"e"}"#, "[]", "7"] {
      #expect(!data.add(try tree(other)))
      #expect(TopData(try tree(other)) == nil)
    }
  }

  @Test(
    "draws numbers that are hostile",
    arguments: [([nil, 1e308, -1, .infinity, .nan] as [Double?], 5), ([1], 1), ([], 10), ([1, 2, 3], 0)])
  func bars(points: [Double?], width: Int) {
    #expect(TopScreen.bars(points, highest: 1e308, width: width).count <= width)
    _ = TopScreen.bars(points, highest: .nan, width: width)
    for value in points { _ = TopScreen.number(value ?? .nan) }
  }

  @Test(
    "reads JSON, and nothing else",
    arguments: [
      (#"{"a":[1,-2.5e3,true,null,"\u00e9\n\ud83d\ude00é"]}"#, true), ("[]", true), (" 1 ", true),
      ("[1,]", false), ("{\"a\"}", false), ("\"a", false), ("1 2", false), ("", false), ("\"\\u12\"", false),
      (String(repeating: "[", count: 100_000), false), ("nul", false), ("\"\u{1}\"", false),
    ])
  func json(text: String, isRead: Bool) throws {
    #expect((JSONTree(Array(text.utf8)) != nil) == isRead)
  }

  @Test("has values as they were written")
  func values() throws {
    let value = try tree(#"{"a":[1,-2.5e3,true,"\u00e9\n\ud83d\ude00é"]}"#)["a"].members
    #expect(value == [.number(1), .number(-2500), .bool(true), .text("é\n😀é")])
    #expect(value[0]["b"] == .null && JSONTree.number(1e300).integer == nil)
  }

  @Test("asks as it is told")
  func requests() throws {
    var once = TopRequest(url: "http://h:1")
    once.isOnce = true
    once.range = "2h"
    #expect(try Invocation(["top", "--once", "--range=2h", "http://h:1"]) == .top(once))
    #expect(try Invocation(["top", "--help"]) == .help(.top))
    for (words, message) in [
      ([], "a URL is missing"), (["x"], nil), (["http://h/?a"], nil), (["http://a", "http://b"], nil),
      (["--range", "1y", "http://a"], "the range is 10m, 2h or 24h, not \"1y\""),
      (["--once=1", "http://a"], nil),
    ] as [([String], String?)] {
      let error = #expect(throws: UsageError.self) { _ = try Invocation(["top"] + words) }
      #expect(error?.topic == .top)
      if let message { #expect(error?.message == message) }
    }
  }
}

extension String {
  /// The text with something else in place of the first time that a part comes.
  fileprivate func replacing(_ part: String, by other: String) -> String {
    var start = startIndex
    while start < endIndex, !self[start...].hasPrefix(part) { start = index(after: start) }
    return start < endIndex ? self[..<start] + other + self[start...].dropFirst(part.count) : self
  }
}
