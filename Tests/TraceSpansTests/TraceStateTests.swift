// Which `tracestate` fields are read, and what becomes of them?

import TestSupport
import Testing
@testable import TraceSpans

@Suite("A tracestate field")
struct TraceStateTests {
  static let parent = "00-12345678901234567890123456789012-1234567890123456-00"
  static let letters = "abcdefghijklmnopqrstuvwxyz0123456789_-*/"
  /// Every character of a value.
  static let characters = String(
    String.UnicodeScalarView(
      (0x20...0x7E).map { Unicode.Scalar(UInt8($0)) }.filter { $0 != "," && $0 != "=" }))

  static func z(_ count: Int, _ letter: Character = "z") -> String { String(repeating: letter, count: count) }
  static func members(_ range: ClosedRange<Int>) -> String {
    range.map { number in
      let digits = number < 10 ? "0\(number)" : "\(number)"
      return "bar\(digits)=\(digits)"
    }.joined(separator: ",")
  }

  /// Cases of the recommendation's public test suite, and what it leaves open.
  static let cases: [(fields: [String], text: String)] = [
    (["foo=1"], "foo=1"),
    (["foo=1,bar=2"], "foo=1,bar=2"),
    // Nothing at all.
    ([], ""), ([""], ""), ([" \t "], ""), ([","], ""), ([" ,\t, "], ""),
    (["foo=1", ""], "foo=1"), (["", "foo=1"], "foo=1"), (["foo=1,,bar=2, ,"], "foo=1,bar=2"),
    // Several fields, in their order.
    (["foo=1,bar=2", "rojo=1,congo=2", "baz=3"], "foo=1,bar=2,rojo=1,congo=2,baz=3"),
    // Of the same key the newest one.
    (["foo=1,foo=1"], "foo=1"), (["foo=1,foo=2"], "foo=1"), (["foo=1", "foo=2"], "foo=1"),
    (["foo=1,bar=2,foo=3"], "foo=1,bar=2"), (["fo=1,foo=2"], "fo=1,foo=2"),
    // Every character.
    (["\(letters)=\(characters)"], "\(letters)=\(characters)"),
    (["\(letters)@a-z0-9_-*/=\(characters)"], "\(letters)@a-z0-9_-*/=\(characters)"),
    // Spaces and tabs: around an entry they are none of it, before a value they are.
    (["foo=1 \t , \t bar=2, \t baz=3"], "foo=1,bar=2,baz=3"),
    (["foo=1\t \t,\t \tbar=2,\t \tbaz=3"], "foo=1,bar=2,baz=3"),
    ([" foo=1"], "foo=1"), (["\tfoo=1"], "foo=1"), (["foo=1 "], "foo=1"), (["foo=1\t"], "foo=1"),
    (["\t foo=1 \t"], "foo=1"), (["foo= 1"], "foo= 1"), (["foo=\t1"], ""), (["foo= "], ""),
    (["foo=a b"], "foo=a b"),
    // Keys that are none.
    (["foo =1"], ""), (["FOO=1"], ""), (["foo.bar=1"], ""), (["@foo=1,bar=2"], ""), (["_foo=1"], ""),
    (["=1"], ""),
    (["foo"], ""), (["foo=1,bar"], ""), (["bar=2,é=1"], ""),
    // Keys of level 2 that are none of level 1.
    (["foo@=1,bar=2"], "foo@=1,bar=2"), (["foo@@bar=1,bar=2"], "foo@@bar=1,bar=2"),
    (["foo@bar@baz=1,bar=2"], "foo@bar@baz=1,bar=2"), (["1special=1"], "1special=1"),
    // Values that are none.
    (["foo=bar=baz"], ""), (["foo=,bar=3"], ""), (["foo=1\u{7F}"], ""), (["foo=é"], ""), (["foo=a\nb"], ""),
    // Numbers of entries.
    (
      [members(1...10), members(11...20), members(21...30), members(31...32)],
      members(1...32)
    ),
    ([members(1...10), members(11...20), members(21...30), members(31...33)], ""),
    // Lengths.
    (["foo=1", "\(z(256))=1"], "foo=1,\(z(256))=1"), (["foo=1", "\(z(257))=1"], ""),
    (["foo=1", "\(z(241, "t"))@\(z(14, "v"))=1"], "foo=1,\(z(241, "t"))@\(z(14, "v"))=1"),
    // Of level 2, of which those of level 1 are shorter.
    (["foo=1", "\(z(242, "t"))@v=1"], "foo=1,\(z(242, "t"))@v=1"),
    (["foo=1", "t@\(z(15, "v"))=1"], "foo=1,t@\(z(15, "v"))=1"),
    (["\(z(255, "t"))@=1"], "\(z(255, "t"))@=1"), (["\(z(256, "t"))@=1"], ""),
    (["foo=\(z(256))"], "foo=\(z(256))"), (["foo=\(z(257))"], ""),
    (["\(z(256))=\(z(256))"], "\(z(256))=\(z(256))"),
    // 512 bytes are kept, of more the long ones and then the last ones are left out.
    (["foo=\(z(256)),bar=\(z(247))"], "foo=\(z(256)),bar=\(z(247))"),
    (["foo=\(z(256)),bar=\(z(248))"], "foo=\(z(256))"),
    (["a=1,foo=\(z(256)),bar=\(z(256)),b=2"], "a=1,foo=\(z(256)),b=2"),
    (
      ["a=\(z(124)),b=\(z(124)),c=\(z(124)),d=\(z(124)),e=\(z(124)),f=1"],
      "a=\(z(124)),b=\(z(124)),c=\(z(124)),d=\(z(124))"
    ),
  ]

  @Test("is read", arguments: cases)
  func reading(_ fields: [String], text: String) throws {
    let context = try #require(TraceContext(traceparent: Self.parent, tracestate: fields))
    #expect(context.state.text == text)
    #expect(context.tracestate == (text.isEmpty ? nil : text))
    #expect(TraceState(fields: [context.state.text]) == context.state)
  }

  @Test("of any length costs a bounded time and is dropped")
  func length() {
    #expect(TraceState(fields: [String(repeating: ",", count: 20_000_000)]).isEmpty)
    #expect(TraceState(fields: Array(repeating: "", count: 1_000_000)).isEmpty)
    #expect(TraceState(fields: [String(repeating: "a=1,", count: 5000)]).text == "a=1")
  }

  @Test("has the entry of whoever writes at its head")
  func mutation() throws {
    let state = TraceState(fields: ["rojo=00f067aa0ba902b7,congo=t61rcWkgMzE,other=1"])
    #expect(state["congo"] == "t61rcWkgMzE")
    #expect(state["none"] == nil)
    #expect(state.entries.map(\.key) == ["rojo", "congo", "other"])
    let set = try #require(state.setting("congo", to: "ucfJifl5GOE"))
    #expect(set.text == "congo=ucfJifl5GOE,rojo=00f067aa0ba902b7,other=1")
    #expect(try #require(set.setting("new", to: "a b")).text == "new=a b," + set.text)
    #expect(set.removing("rojo").text == "congo=ucfJifl5GOE,other=1")
    #expect(set.removing("none") == set)
    #expect(TraceState().setting("a", to: "1")?.text == "a=1")
  }

  @Test("stays within its limits when an entry is added, and loses no part of one")
  func mutationLimits() throws {
    let full = TraceState(fields: [Self.members(1...32)])
    let set = try #require(full.setting("new", to: "1"))
    #expect(set.text == "new=1," + Self.members(1...31))
    let long = try #require(TraceState(fields: ["a=1,b=\(Self.z(200)),c=2"]).setting("new", to: Self.z(256)))
    #expect(long.text == "new=\(Self.z(256)),a=1,b=\(Self.z(200)),c=2")
    #expect(long.setting("more", to: Self.z(256))?.text == "more=\(Self.z(256)),a=1,c=2")
    let longest = long.setting(Self.z(256, "k"), to: Self.z(256))
    #expect(longest?.text == "\(Self.z(256, "k"))=\(Self.z(256))")
  }

  @Test(
    "takes only keys and values that every server can read",
    arguments: [
      ("foo", "1", true), ("a", "b", true), ("tenant@system", "1", true), ("1tenant@system", "1", true),
      (z(256), "1", true), (z(257), "1", false), ("\(z(241))@\(z(14))", "1", true),
      ("\(z(242))@v", "1", false),
      ("t@\(z(15))", "1", false), ("1foo", "1", false), ("", "1", false), ("@foo", "1", false),
      ("foo@", "1", false),
      ("foo@@bar", "1", false), ("foo@bar@baz", "1", false), ("foo@1bar", "1", false), ("FOO", "1", false),
      ("foo.bar", "1", false), ("é", "1", false), ("foo", "", false), ("foo", " ", false),
      ("foo", "a ", false),
      ("foo", " a", true), ("foo", "a,b", false), ("foo", "a=b", false), ("foo", "a\tb", false),
      ("foo", z(256), true), ("foo", z(257), false), ("foo", "é", false),
    ])
  func grammar(key: String, value: String, isTaken: Bool) {
    #expect((TraceState().setting(key, to: value) != nil) == isTaken)
  }

  @Test("is not read when the traceparent cannot be, and does it no harm")
  func together() {
    #expect(TraceContext(traceparent: "nonsense", tracestate: ["foo=1"]) == nil)
    let context = TraceContext(traceparent: Self.parent, tracestate: ["FOO"])
    #expect(context != nil && context?.tracestate == nil)
    let set = context?.settingState("ours", to: "1")
    #expect(set?.tracestate == "ours=1" && set?.traceparent == context?.traceparent)
  }
}
