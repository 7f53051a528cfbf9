// Is what is kept of a collected family used again only where nothing but its values has changed?

@testable import MetricExposition
@testable import MetricInstruments
import Testing

@Suite("What is kept of a collected family")
struct CollectedShapeTests {
  private static func family(
    _ name: String = "x_total", _ type: MetricType = .counter, help: String = "H.", unit: String = "",
    samples: [CollectedSample] = [CollectedSample(1, ["a": "b"]), CollectedSample(2, ["a": "c"])]
  ) -> CollectedFamily {
    CollectedFamily(name, type, help: help, unit: unit, samples: samples)
  }

  /// Registered families keep what is rendered of them too.
  @Test(
    "is not what an info said before its facts were replaced, nor a state set that changed",
    arguments: formats)
  func replacedFacts(format: ExpositionFormat) throws {
    enum Light: String, ClosedLabel { case red, green }
    let registry = try Registry()
    let info = try registry.info("build_info", help: "", ["version": "1", "name": "é"])
    let set = try registry.stateSet("light", help: "", of: Light.self)
    func text() throws -> String {
      var encoder = format.encoder(
        of: GatheredMetrics(registered: registry.contents.families), PublishedVariables(registry))
      var buffer = OutputBuffer()
      _ = encoder.encode(to: &buffer, untilSize: .max)
      return String(decoding: buffer.bytes, as: UTF8.self)
    }
    var said: Set<[UInt8]> = []
    for (version, name, light) in [
      ("1", "é", Light.red), ("2", "é", .red), ("2", "e\u{301}", .red), ("2", "e\u{301}", .green),
    ] {
      info.set(["version": version, "name": name])
      set.setOnly(light)
      let text = try text()
      #expect(text.contains("\"\(version)\"") && text.utf8.firstRange(of: name.utf8) != nil)
      said.insert(Array(text.utf8))
    }
    #expect(said.count == 4)
  }

  /// What comes after `last`, of which something may be used again.
  private static func updated(_ last: CheckedFamily, to family: CollectedFamily) throws -> CheckedFamily {
    var updated = last
    try updated.update(to: family, allowingUTF8: false)
    return updated
  }

  private func text(_ family: CheckedFamily, _ format: ExpositionFormat) throws -> String {
    let registry = try Registry()
    var encoder = format.encoder(
      of: GatheredMetrics(registered: [], collected: [family]), PublishedVariables(registry))
    var buffer = OutputBuffer()
    _ = encoder.encode(to: &buffer, untilSize: .max)
    return String(decoding: buffer.bytes, as: UTF8.self)
  }

  static let formats: [ExpositionFormat] = [.text, .openMetrics, ExpositionFormat(.json)]

  @Test("is the whole family but its numbers and times", arguments: formats)
  func reused(format: ExpositionFormat) throws {
    let first = try CheckedFamily(Self.family(), allowingUTF8: false)
    _ = try text(first, format)
    let changed = Self.family(samples: [
      CollectedSample(7, ["a": "b"], timestamp: 1), CollectedSample(8, ["a": "c"]),
    ])
    let second = try Self.updated(first, to: changed)
    #expect(second.shape === first.shape)
    #expect(try text(second, format) == text(CheckedFamily(changed, allowingUTF8: false), format))
    // Its own values are as sound as those of the first time have to be.
    #expect(throws: CollectedFamilyError.self) {
      try Self.updated(
        first, to: Self.family(samples: [CollectedSample(-1, ["a": "b"]), CollectedSample(2, ["a": "c"])]))
    }
  }

  @Test("is not written under another sample's label names, which are told by their bytes")
  func labelNames() throws {
    let names = ["\u{E9}", "e\u{301}", "\u{E9}"]
    let samples = names.enumerated().map { index, name in
      var sample = CollectedSample(Double(index))
      sample.labels = [.init(name, "v\(index)")]
      return sample
    }
    let family = try CheckedFamily(Self.family(samples: samples), allowingUTF8: true)
    let json = try Array(text(family, ExpositionFormat(.json)).utf8)
    for (index, name) in names.enumerated() {
      #expect(json.firstRange(of: Array("{\"\(name)\":\"v\(index)\",\"@\":\(index)}".utf8)) != nil)
    }
  }

  static let others: [CollectedFamily] = [
    family("y_total"), family("x", .gauge), family(help: "Other."), family("x_b_total", unit: "b"),
    family(samples: [CollectedSample(1, ["a": "b"])]), family(samples: []),
    family(samples: [CollectedSample(1, ["a": "c"]), CollectedSample(2, ["a": "b"])]),
    family(samples: [CollectedSample(1, ["d": "b"]), CollectedSample(2, ["d": "c"])]),
    family(samples: [CollectedSample(1, ["a": "b", "d": "e"]), CollectedSample(2, ["a": "c"])]),
    // Canonically equal, and other bytes.
    family(help: "\u{E9}"), family(help: "e\u{301}"),
    family(samples: [CollectedSample(1, ["a": "\u{E9}"])]),
    family(samples: [CollectedSample(1, ["a": "e\u{301}"])]),
    family("x", .stateset, samples: [CollectedSample(.states([.init("on", true)]))]),
    family("x", .stateset, samples: [CollectedSample(.states([.init("off", true)]))]),
    family("x", .histogram, samples: [CollectedSample(.init(bounds: [1], counts: [1, 2]), sum: 3)]),
    family("x", .histogram, samples: [CollectedSample(.init(bounds: [2], counts: [1, 2]), sum: 3)]),
  ]

  @Test("is not used for a family that differs in anything else", arguments: formats)
  func notReused(format: ExpositionFormat) throws {
    for last in Self.others + [Self.family()] {
      let before = try CheckedFamily(last, allowingUTF8: false)
      _ = try text(before, format)
      for family in Self.others where family != last || family.help != last.help {
        let after = try Self.updated(before, to: family)
        #expect(try text(after, format) == text(CheckedFamily(family, allowingUTF8: false), format))
      }
    }
  }
}
