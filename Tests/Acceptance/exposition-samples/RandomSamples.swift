// Which hostile metrics are there, and what was recorded into them?

import MetricExposition
import MetricInstruments

enum Phase: String, ClosedLabel { case starting, serving, draining }

/// Metrics of every type with random names, labels and numbers. What is expected is worked out from what is recorded,
/// never read back from an instrument.
struct RandomSamples {
  let registry: Registry
  let variables: PublishedVariables
  private(set) var collected: [CheckedFamily] = []
  private(set) var expected = ExpectedSamples()
  private(set) var expectedVariables = ExpectedSamples()
  private var random: Generator
  private let allowsUTF8: Bool

  init(seed: UInt64, allowsUTF8: Bool) throws {
    registry = try Registry(allowsUTF8Names: allowsUTF8)
    variables = PublishedVariables(registry)
    random = Generator(state: seed)
    self.allowsUTF8 = allowsUTF8
    expected.add("observability_overflow_total", [], "skipped")
    expected.add("observability_rejected_total", [], "skipped")
  }

  mutating func generate() throws {
    for index in 0..<6 {
      try counters("counter\(index)")
      try gauges("gauge\(index)")
      try histograms("histogram\(index)")
      try collect("collected\(index)")
      try publish("variable\(index)")
    }
    try facts()
  }

  // MARK: - Each type

  private mutating func counters(_ stem: String) throws {
    let name = name(stem) + "_total"
    let label = labelName("a")
    let family = try registry.register(.counter(name, help: hostileText()), byBounded: label)
    for value in values() {
      let amount = random.next(below: 2) == 0 ? UInt64.random(in: 0...(1 << 62), using: &random) : 7
      if random.next(below: 3) == 0 {
        let part = Double(Int.random(in: 0..<1_000_000, using: &random)) / 1024
        family[value].increment(by: part, exemplar: ["trace_id": exemplarText()])
        expected.add(name, [(label, shown(value))], "\(part)")
      } else {
        family[value].increment(by: amount, exemplar: ["trace_id": exemplarText()])
        expected.add(name, [(label, shown(value))], "\(amount)")
      }
    }
  }

  private mutating func gauges(_ stem: String) throws {
    let name = name(stem)
    let labels = [labelName("a"), labelName("b")]
    let family = try registry.register(.gauge(name, help: hostileText()), byBounded: labels[0], labels[1])
    let second = hostileText()
    for value in values() {
      let number = number()
      family[value, second].set(number)
      expected.add(name, [(labels[0], shown(value)), (labels[1], shown(second))], "\(number)")
    }
  }

  private mutating func histograms(_ stem: String) throws {
    let name = name(stem)
    let label = labelName("a")
    var bounds: [Double] = []
    var bound = Double.random(in: 0...0.01, using: &random)
    for _ in 0...random.next(below: 6) {
      bounds.append(bound)
      bound = (bound + 1e-6) * Double.random(in: 1.5...20, using: &random)
    }
    let family = try registry.register(
      .histogram(name, help: hostileText(), buckets: BucketBounds(bounds)), byBounded: label)
    for value in values() {
      var sum = 0.0
      var observed: [Double] = []
      for _ in 0...random.next(below: 20) {
        let observation =
          random.next(below: 3) == 0 ? bounds[0] : Double.random(in: 0...bound, using: &random)
        family[value].observe(observation, exemplar: ["trace_id": exemplarText()])
        observed.append(observation)
        sum += observation
      }
      let own = (label, shown(value))
      for bound in bounds + [.infinity] {
        expected.add(name + "_bucket", [own, ("le", "\(bound)")], "\(observed.filter { $0 <= bound }.count)")
      }
      expected.add(name + "_sum", [own], "\(sum)")
      expected.add(name + "_count", [own], "\(observed.count)")
    }
  }

  private mutating func collect(_ stem: String) throws {
    let name = name(stem)
    let label = labelName("a")
    var samples: [CollectedSample] = []
    for value in values() {
      let number = [number(), .nan, .infinity, -.infinity].randomElement(using: &random) ?? 0
      var sample = CollectedSample(number)
      sample.labels = [CollectedSample.Label(label, value)]
      samples.append(sample)
      expected.add(name, [(label, shown(value))], "\(number)")
    }
    let family = CollectedFamily(name, .gauge, help: hostileText(), samples: samples)
    collected.append(try CheckedFamily(family, allowingUTF8: allowsUTF8))
  }

  private mutating func publish(_ stem: String) throws {
    let integer = Int.random(in: .min ... .max, using: &random)
    try variables.integer("\(stem)/integer", hostileText()).set(integer)
    expected.add("\(stem)_integer", [], "\(integer)")
    expectedVariables.add("\(stem)/integer", [], "\(integer)")
    let map = try variables.map("\(stem)/map", label: "key", hostileText())
    for key in values() {
      let number = number()
      map[key].set(number)
      expected.add("\(stem)_map", [("key", shown(key))], "\(number)")
      expectedVariables.add("\(stem)/map", [("key", shown(key))], "\(number)")
    }
  }

  private mutating func facts() throws {
    let values = [hostileText(), hostileText()]
    _ = try registry.info("build_info", help: hostileText(), ["version": values[0], "revision": values[1]])
    expected.add("build_info", [("version", shown(values[0])), ("revision", shown(values[1]))], "1")
    let phase = try registry.stateSet("phase", help: hostileText(), of: Phase.self)
    phase.setOnly(.serving)
    for state in Phase.allCases {
      expected.add("phase", [("phase", state.rawValue)], state == .serving ? "1" : "0")
    }
  }

  // MARK: - Random pieces

  private static let pieces = [
    "a", "b", "Z", "0", " ", "  ", "\"", "\\", "\n", "\r", "\r\n", "\t", "\u{0}", "\u{1}", "\u{7F}", "\u{85}",
    "{", "}",
    ",", "=", "#", "# EOF", "le", "é", "e\u{301}", "ß", "日本", "\u{1F4EC}", "\u{FEFF}", "\u{2028}", "\u{202E}",
    "\u{FFFD}",
    "\u{10FFFF}", "\\n", "\\\\", "</script>", "'", "1e5", "NaN",
  ]

  private mutating func hostileText() -> String {
    (0..<random.next(below: 7)).reduce(into: "") { text, _ in
      text += RandomSamples.pieces.randomElement(using: &random) ?? ""
    }
  }

  /// Without NUL, which is refused, and without the double quote, behind which the strict parser of prometheus-client
  /// loses its way in an exemplar even when it is escaped.
  private mutating func exemplarText() -> String { without(["\0", "\""], hostileText()) }

  private func without(_ scalars: [Unicode.Scalar], _ text: String) -> String {
    text.unicodeScalars.reduce(into: "") { if !scalars.contains($1) { $0.unicodeScalars.append($1) } }
  }

  /// Different values, also once NUL is shown as U+FFFD, and also to a Swift dictionary.
  private mutating func values() -> [String] {
    var seen: Set<String> = []
    return (0..<8).compactMap { _ in
      let value = hostileText()
      return seen.insert(shown(value)).inserted ? value : nil
    }
  }

  private func shown(_ value: String) -> String {
    value.unicodeScalars.reduce(into: "") { $0.unicodeScalars.append($1 == "\0" ? "\u{FFFD}" : $1) }
  }

  private mutating func name(_ stem: String) -> String {
    allowsUTF8 && random.next(below: 4) > 0 ? stem + "." + nameText() : stem
  }

  private mutating func labelName(_ stem: String) -> String {
    allowsUTF8 && random.next(below: 2) > 0 ? stem + "." + nameText() : stem
  }

  private mutating func nameText() -> String { without(["\0"], hostileText()) + "x" }

  private mutating func number() -> Double {
    switch random.next(below: 6) {
    case 0:
      [0, -0.0, .leastNonzeroMagnitude, .greatestFiniteMagnitude, -.greatestFiniteMagnitude, 0x1p53]
        .randomElement(
          using: &random) ?? 0
    case 1:
      {
        let number = Double(bitPattern: random.next())
        return number.isFinite ? number : 1
      }()
    case 2: Double(Int64.random(in: .min ... .max, using: &random))
    case 3: Double(Int.random(in: -1_000_000...1_000_000, using: &random)) / 1000
    default: Double.random(in: -10...10, using: &random)
    }
  }
}

/// SplitMix64 (Steele et al.): the same numbers for the same seed.
struct Generator: RandomNumberGenerator {
  var state: UInt64

  mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var mixed = state
    mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
    mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
    return mixed ^ (mixed >> 31)
  }

  mutating func next(below limit: Int) -> Int { Int(next() % UInt64(limit)) }
}
