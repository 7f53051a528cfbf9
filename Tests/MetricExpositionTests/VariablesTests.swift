// Are published variables shown as `expvar` would?

@testable import MetricExposition
@testable import MetricInstruments
import Testing

@Suite("Published variables")
struct VariablesTests {
  let registry: Registry
  let variables: PublishedVariables

  init() throws {
    registry = try Registry(namespace: "mail")
    variables = PublishedVariables(registry)
  }

  private func document() -> String {
    var buffer = OutputBuffer(capacity: 256)
    var encoder = VariablesEncoder(variables)
    let hasMore = encoder.encode(to: &buffer)
    precondition(!hasMore)
    return String(decoding: buffer.bytes, as: UTF8.self)
  }

  private func code(_ body: () throws -> Void) -> RegistrationError.Code? {
    do {
      try body()
      return nil
    } catch {
      return (error as? RegistrationError)?.code
    }
  }

  /// `TestHandler` of chasquid's `expvarom`, value by value. What it says in comments (the generator's name, what was
  /// left out) is no sample; its map of an unsupported type cannot be written here, so it stays empty.
  @Test("are exported as expvarom exports them")
  func expvarom() throws {
    let testI1 = try variables.integer("testI1", "int test var")
    let testI2 = try variables.integer("testI2")
    let testF = try variables.double("testF", "float test var")
    let testMI = try variables.map("testMI", label: "label", "int map test var")
    let testMF = try variables.map("testMF", label: "label", "float map test var")
    let testMXI = try variables.map("testMXI")
    let testMXF = try variables.map("testMXF")
    _ = try variables.map("testMEmpty")
    _ = try variables.map("testMOther")
    let testS = try variables.string("testS")
    let testN1 = try variables.integer("name/1z")
    let testN2 = try variables.integer("name$2", "name with $")
    let testN3 = try variables.integer("3name")
    let testN4 = try variables.integer("nAme_4Z")
    let testN5 = try variables.integer("ñame_5")

    testI1.add(1)
    testI2.add(2)
    testF.add(3.43434)
    testMI["key1"].add(5)
    testMF["key2.0"].add(6.60)
    testMF["key2.1"].add(6.61)
    testMF["key2.2-ñaca"].add(6.62)
    testMF[#"key2.3-a\b"#].add(6.63)
    testMF["key2.4-\t"].add(6.64)
    testMF["key2.5-a\nb"].add(6.65)
    testMF[#"key2.6-a"b"#].add(6.66)
    testMF[bytes: Array("key2.7-ñaca-A\t".utf8) + [0xFF, 0xFE, 0xFD] + Array("B".utf8)].add(6.67)
    testMXI["key3"].add(7)
    testMXF["key4"].add(8e-8)
    testS.set("lalala")
    testN1.add(1)
    testN2.add(2)
    testN3.add(3)
    testN4.add(4)
    testN5.add(5)

    #expect(
      registry.text() == #"""
        # TYPE _ame_5 untyped
        _ame_5 5
        # TYPE i3name untyped
        i3name 3
        # TYPE nAme_4Z untyped
        nAme_4Z 4
        # TYPE name_1z untyped
        name_1z 1
        # HELP name_2 name with $
        # TYPE name_2 untyped
        name_2 2
        # HELP testF float test var
        # TYPE testF untyped
        testF 3.43434
        # HELP testI1 int test var
        # TYPE testI1 untyped
        testI1 1
        # TYPE testI2 untyped
        testI2 2
        # HELP testMF float map test var
        # TYPE testMF untyped
        testMF{label="key2.0"} 6.6
        testMF{label="key2.1"} 6.61
        testMF{label="key2.2-ñaca"} 6.62
        testMF{label="key2.3-a\\b"} 6.63
        testMF{label="key2.4-	"} 6.64
        testMF{label="key2.5-a\nb"} 6.65
        testMF{label="key2.6-a\"b"} 6.66
        testMF{label="key2.7-\\u00f1aca-A\\t\\xff\\xfe\\xfdB"} 6.67
        # HELP testMI int map test var
        # TYPE testMI untyped
        testMI{label="key1"} 5
        # TYPE testMXF untyped
        testMXF{key="key4"} 8e-08
        # TYPE testMXI untyped
        testMXI{key="key3"} 7

        """#)
    let float = #"""
      "key2.0": 6.6, "key2.1": 6.61, "key2.2-ñaca": 6.62, "key2.3-a\\b": 6.63, "key2.4-\t": 6.64, \#
      "key2.5-a\nb": 6.65, "key2.6-a\"b": 6.66, "key2.7-\\u00f1aca-A\\t\\xff\\xfe\\xfdB": 6.67
      """#
    #expect(
      document() == #"""
        {
        "3name": 3,
        "nAme_4Z": 4,
        "name$2": 2,
        "name/1z": 1,
        "testF": 3.43434,
        "testI1": 1,
        "testI2": 2,
        "testMEmpty": {},
        "testMF": {\#(float)},
        "testMI": {"key1": 5},
        "testMOther": {},
        "testMXF": {"key4": 8e-08},
        "testMXI": {"key3": 7},
        "testS": "lalala",
        "ñame_5": 5
        }

        """#)
  }

  @Test("are of no known type in OpenMetrics, and untyped in JSON")
  func otherForms() throws {
    try variables.map("a/b", label: "l", "A.")["x"].set(-7)
    #expect(registry.text(.openMetrics) == "# HELP a_b A.\n# TYPE a_b unknown\na_b{l=\"x\"} -7\n# EOF\n")
    #expect(
      registry.json() == "{\n\"a_b\":{\"help\":\"A.\",\"type\":\"untyped\",\"value\":{\"l\":{\"x\":-7}}}\n}\n"
    )
  }

  @Test(
    "refuse a map whose label is a sentence or no label name",
    arguments: ["label with spaces", " ", "a-b", "9", "__x", "ä"])
  func labelAccident(label: String) {
    #expect(code { _ = try variables.map("name", label: label, "description") } == .invalidLabels)
    #expect(variables.all.isEmpty && document() == "{}\n")
  }

  @Test("refuse a name that becomes another's when it is made legal")
  func clashes() throws {
    _ = try variables.integer("a/b")
    #expect(code { _ = try variables.integer("a$b") } == .conflict)
    #expect(code { _ = try variables.double("a_b") } == .conflict)
    #expect(code { _ = try variables.integer("") } == .invalidName)
    #expect(code { _ = try variables.string("a\0") } == .invalidName)
    _ = try registry.register(.counter("x_total", help: ""))
    _ = try registry.register(.histogram("h", help: ""))
    for name in ["mail/x", "mail/x/total", "mail/h/count", "mail/h", "mail/observability/rejected/total"] {
      #expect(code { _ = try variables.integer(name) } == .conflict, "\(name)")
    }
    _ = try variables.integer("mail/y/total", "a suffix of its own")
    #expect(code { _ = try registry.register(.counter("y_total", help: "")) } == .conflict)
    #expect(variables.all.map(\.name) == ["a/b", "mail/y/total"])
  }

  @Test("are the same when they are published again alike, and refused otherwise")
  func again() throws {
    try variables.integer("i", "I.").add(1)
    try variables.integer("i", "I.").add(1)
    #expect(try variables.integer("i", "I.").value == 2)
    #expect(code { _ = try variables.integer("i", "other help") } == .conflict)
    #expect(code { _ = try variables.double("i", "I.") } == .conflict)
    #expect(code { _ = try variables.string("i", "I.") } == .conflict)
    _ = try variables.map("m", label: "l")
    #expect(code { _ = try variables.map("m", label: "k") } == .conflict)
    _ = try variables.string("s")
    #expect(code { _ = try variables.integer("s") } == .conflict)
  }

  @Test("keep integers exact, refuse what does not fit, and count it")
  func extremes() throws {
    let integer = try variables.integer("i")
    integer.set(.max)
    integer.add(1)
    #expect(integer.value == .max)
    integer.set(.min)
    integer.add(-1)
    #expect(integer.value == .min && document() == "{\n\"i\": -9223372036854775808\n}\n")
    #expect(registry.rejected[.tooLarge].value == 2)
    let double = try variables.double("d")
    for value in [Double.nan, .infinity, -.infinity] {
      double.add(value)
      double.set(value)
    }
    #expect(double.value == 0 && registry.rejected[.notFinite].value == 6)
    double.set(.greatestFiniteMagnitude)
    double.add(.greatestFiniteMagnitude)
    #expect(double.value == .greatestFiniteMagnitude && registry.rejected[.tooLarge].value == 3)
    let number = try variables.map("m")["k"]
    number.set(Int.max)
    number.add(0.5)
    #expect(number.value == 0x1p63)
    number.set(3)
    number.add(4)
    number.add(-0.5)
    #expect(number.value == 6.5)
  }

  @Test("bound the keys of a map, and count what went to other")
  func limit() throws {
    let map = try variables.map("a/m", limit: 2)
    for key in ["x", "y", "z", "z", "x"] { map[key].add(1) }
    #expect(map.count == 3)
    #expect(document() == "{\n\"a/m\": {\"other\": 2, \"x\": 2, \"y\": 1}\n}\n")
    let own = registry.families.first { $0.descriptor.name.hasSuffix("_overflow_total") }
    #expect(
      exposition(GatheredMetrics(registered: own.map { [$0] } ?? []), .text)
        .hasSuffix("mail_observability_overflow_total{family=\"a_m\"} 2\n"))
  }

  @Test("escape names, keys and texts so that the document stays one")
  func hostile() throws {
    try variables.string("a\"b\\c\n").set("\0\u{1}\"\\\r\u{2028}</script>")
    try variables.map("m")["\"}\n"].set(1)
    #expect(
      document() == #"{"# + "\n" + #""a\"b\\c\n": "\#u{FFFD}\u0001\"\\\r"# + "\u{2028}"
        + #"\u003c/script\u003e","#
        + "\n"
        + #""m": {"\"}\n": 1}"# + "\n}\n")
  }

  @Test(
    "show bytes that are no text as Go quotes them",
    arguments: [
      ([0xFF], #"\xff"#), ([0x41, 0xC3], #"A\xc3"#), ([0xC0, 0x80], #"\xc0\x80"#),
      ([0xED, 0xA0, 0x80], #"\xed\xa0\x80"#),
      ([0xFF, 0x22, 0x5C, 0x0A, 0x00, 0x7F], #"\xff\"\\\n\x00\x7f"#),
      ([0xFF, 0x07, 0x08, 0x0B, 0x0C, 0x0D], #"\xff\a\b\v\f\r"#),
      ([0xF0, 0x9F, 0x93, 0xAC, 0xF5], #"\U0001f4ec\xf5"#), ([0xEF, 0xBF, 0xBD, 0xFE], #"\ufffd\xfe"#),
      ([0xF0, 0x9F, 0x93], #"\xf0\x9f\x93"#), ([0xE2, 0x82, 0x41], #"\xe2\x82A"#),
      ([0xF4, 0x90, 0x80, 0x80], #"\xf4\x90\x80\x80"#),
      ([0xC3, 0xB1], "ñ"), ([], ""),
    ] as [([UInt8], String)])
  func bytes(key: [UInt8], text: String) throws {
    let map = try variables.map("m")
    map[bytes: key].add(1)
    #expect(map[text].value == 1 && map.count == 1)
  }

  @Test("come out the same in parts of any size")
  func parts() throws {
    for number in 0..<50 { try variables.integer("v\(number)").set(number) }
    let whole = document()
    var encoder = VariablesEncoder(variables)
    var buffer = OutputBuffer(capacity: 256)
    var text = ""
    var hasMore = true
    while hasMore {
      buffer.removeAll()
      hasMore = encoder.encode(to: &buffer, untilSize: 10)
      text += String(decoding: buffer.bytes, as: UTF8.self)
    }
    #expect(text == whole)
  }

  @Test("add up whatever threads do at once")
  func concurrent() async throws {
    let integer = try variables.integer("i")
    let map = try variables.map("m")
    await withTaskGroup(of: Void.self) { group in
      for _ in 0..<4 {
        group.addTask {
          for round in 0..<5_000 {
            integer.add(1)
            map["\(round % 3)"].add(0.5)
          }
        }
      }
    }
    #expect(integer.value == 20_000)
    #expect((0..<3).reduce(0) { $0 + map["\($1)"].value } == 10_000)
  }
}
