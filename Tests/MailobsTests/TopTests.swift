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
