// Which format is read, and how do families look as JSON?

import MetricParsing
import Testing

@testable import mailobs

@Suite("An exposition that the command reads")
struct ReadingTests {
  static let endings: [(String, ExpositionParser.Format)] = [
    ("", .text), ("x 1\n", .text), ("# EOF", .openMetrics), ("# EOF\n", .openMetrics),
    ("x 1\n# EOF\n", .openMetrics),
    ("x 1\n# EOF", .openMetrics), ("x 1\n# EOF\n\n", .text), ("## EOF\n", .text), ("# EOF \n", .text),
    ("x{a=\"# EOF", .text), ("# EOF\nx 1\n", .text),
  ]

  @Test("is OpenMetrics when its last line says so", arguments: endings)
  func sniffed(_ text: String, _ format: ExpositionParser.Format) {
    #expect(ExpositionInput.format(of: Array(text.utf8)) == format)
  }

  static let types: [(String?, ExpositionParser.Format?)] = [
    ("text/plain; version=0.0.4", .text), ("text/plain", .text), ("TEXT/PLAIN;charset=utf-8", .text),
    ("application/openmetrics-text; version=1.0.0; charset=utf-8", .openMetrics), (nil, .openMetrics),
    ("text/html", nil), ("application/vnd.google.protobuf;proto=x", nil), ("", nil), ("text/plainer", nil),
  ]

  @Test("is of the format that a server says, which may be overruled", arguments: types)
  func served(_ contentType: String?, _ format: ExpositionParser.Format?) throws {
    let body = Array("# EOF\n".utf8)
    if let format {
      #expect(try ExpositionInput.format(of: body, contentType: contentType, wanted: nil) == format)
    } else {
      #expect(throws: InputFailure.self) {
        try ExpositionInput.format(of: body, contentType: contentType, wanted: nil)
      }
    }
    #expect(try ExpositionInput.format(of: body, contentType: contentType, wanted: .text) == .text)
  }

  static let places: [(String, String)] = [
    ("-", "-"), ("a\nb", "a\\nb"), ("xp\u{202E}.\u{9B}\u{FEFF}", "xp\\u{202E}.\\u{9B}\\u{FEFF}"),
    ("http://h:1/m?token=x", "http://h:1/m"), ("http://h:1", "http://h:1"),
    ("unix:/run/x", "unix:/run/x"), ("http://u:secret@h/", "http://…"), ("ftp://h/m?x", "ftp://h/m"),
    ("http://h:x/?a@b", "http://…"),
  ]

  @Test("is named without what may be secret", arguments: places)
  func named(_ text: String, _ shown: String) { #expect(ExpositionInput.shown(Source(text)) == shown) }

  @Test("is written as JSON with all that it says")
  func json() throws {
    let text = """
      # TYPE m_seconds histogram
      # UNIT m_seconds seconds
      # HELP m_seconds Time \\"x\\"
      m_seconds_bucket{a="\u{1B}<",le="+Inf"} 1 5.5 # {trace_id="ab"} 0.25 4
      m_seconds_count{a="\u{1B}<"} 1 5.5
      m_seconds_sum{a="\u{1B}<"} 0.25 5.5
      m_seconds_created{a="\u{1B}<"} 3 5.5
      # TYPE g gauge
      g{n="1"} NaN
      g{n="2"} -Inf
      g{n="3"} 1e300
      # TYPE empty gauge
      # EOF

      """
    var bytes: [UInt8] = []
    FamiliesJSON.write(try ParsedExposition(text, .openMetrics)) { bytes += $0 }
    let expected = #"""
      [
      {"name":"m_seconds","type":"histogram","unit":"seconds","help":"Time \"x\"","line":1,"samples":[
      {"name":"m_seconds_bucket","labels":{"a":"\u001b\u003c","le":"+Inf"},"value":1,"timestamp":5.5,"created":3,"exemplar":{"labels":{"trace_id":"ab"},"value":0.25,"timestamp":4},"line":4},
      {"name":"m_seconds_count","labels":{"a":"\u001b\u003c"},"value":1,"timestamp":5.5,"created":3,"line":5},
      {"name":"m_seconds_sum","labels":{"a":"\u001b\u003c"},"value":0.25,"timestamp":5.5,"created":3,"line":6},
      {"name":"m_seconds_created","labels":{"a":"\u001b\u003c"},"value":3,"timestamp":5.5,"created":3,"line":7}]},
      {"name":"g","type":"gauge","unit":null,"help":null,"line":8,"samples":[
      {"name":"g","labels":{"n":"1"},"value":null,"notFinite":"NaN","line":9},
      {"name":"g","labels":{"n":"2"},"value":null,"notFinite":"-Inf","line":10},
      {"name":"g","labels":{"n":"3"},"value":1e+300,"line":11}]},
      {"name":"empty","type":"gauge","unit":null,"help":null,"line":12,"samples":[]}
      ]

      """#
    #expect(String(decoding: bytes, as: UTF8.self) == expected)
    bytes = []
    FamiliesJSON.write(try ParsedExposition("", .text)) { bytes += $0 }
    #expect(bytes == Array("[]\n".utf8))
  }

  @Test("steers no terminal as JSON, and is read back the same", arguments: ExpositionParser.Format.allCases)
  func steering(_ format: ExpositionParser.Format) throws {
    let text = "\u{9B}31m\u{85}\u{202E}\u{2066}\u{200B}\u{FEFF}\u{2028}\u{E0041}\u{AD}\u{7F}\u{1B}é\u{1F4EC}"
    let lines = "# HELP \"\(text)\" \(text)\n{\"\(text)\",\"\(text)\"=\"\(text)@b.example\"} 1\n"
    let exposition = try ParsedExposition(lines + (format == .text ? "" : "# EOF\n"), format)
    var bytes: [UInt8] = []
    FamiliesJSON.write(exposition) { bytes += $0 }
    let findings = MetricLinter().findings(in: exposition)
    #expect(findings.count >= 2)
    for finding in findings { bytes += Command.json(finding, text) }
    let json = String(decoding: bytes, as: UTF8.self)
    for scalar in json.unicodeScalars where scalar != "\n" {
      switch scalar.properties.generalCategory {
      case .control, .format, .lineSeparator, .paragraphSeparator: Issue.record("U+\(scalar.value)")
      default: break
      }
    }
    #expect(
      json.contains(
        #""name":"\u009b31m\u0085\u202e\u2066\u200b\ufeff\u2028\udb40\udc41\u00ad\u007f\u001b"#
          + "é\u{1F4EC}\""))
  }

  @Test("has findings as JSON too")
  func finding() throws {
    let exposition = try ParsedExposition("# HELP x_total X.\n# TYPE x_total gauge\n", .text)
    let finding = try #require(MetricLinter().findings(in: exposition).first)
    #expect(
      String(decoding: Command.json(finding, "a\"b"), as: UTF8.self)
        == #"{"file":"a\"b","line":1,"severity":"error","rule":"total-suffix","family":"x_total","label":null,"#
        + #""message":"the name ends in _total, but it is no counter","advice":"drop _total, or make it a counter if it only grows"}"#
        + "\n")
  }
}
