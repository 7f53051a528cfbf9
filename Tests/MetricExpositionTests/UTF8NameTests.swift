// How are names of any text written, for readers that know them and readers that do not?

@testable import MetricExposition
import MetricInstruments
import Testing

@Suite("A name that is only legal as UTF-8")
struct UTF8NameTests {
  let registry: Registry

  init() throws { registry = try Registry(allowsUTF8Names: true) }

  private func code(_ body: () throws -> Void) -> RegistrationError.Code? {
    do {
      try body()
      return nil
    } catch {
      return (error as? RegistrationError)?.code
    }
  }

  @Test("stands in quotes where the scraper takes it, in both formats")
  func quoted() throws {
    let family = try registry.register(
      .counter("mail.\"größe\"\n_total", help: "Size."), byBounded: "peer.name", "plain")
    family["a\"b", "c"].increment(by: 2)
    let labels = #""peer.name"="a\"b",plain="c"} 2"#
    #expect(
      registry.text(ExpositionFormat(.openMetrics, escaping: .allowUTF8)) == #"""
        # HELP "mail.\"größe\"\n" Size.
        # TYPE "mail.\"größe\"\n" counter
        {"mail.\"größe\"\n_total",\#(labels)
        # EOF

        """#)
    for isVersion1 in [false, true] {
      #expect(
        registry.text(ExpositionFormat(.text, escaping: .allowUTF8, isTextVersion1: isVersion1)) == #"""
          # HELP "mail.\"größe\"\n_total" Size.
          # TYPE "mail.\"größe\"\n_total" counter
          {"mail.\"größe\"\n_total",\#(labels)

          """#)
    }
  }

  @Test("stands in quotes on every line of a histogram, and without labels")
  func quotedHistogram() throws {
    try registry.register(.histogram("h.x", help: "", buckets: [1])).observe(0.5)
    #expect(
      registry.text(ExpositionFormat(.text, escaping: .allowUTF8)) == """
        # TYPE "h.x" histogram
        {"h.x_bucket",le="1.0"} 1
        {"h.x_bucket",le="+Inf"} 1
        {"h.x_sum"} 0.5
        {"h.x_count"} 1

        """)
  }

  @Test(
    "is escaped where the scraper does not take it, by its scheme",
    arguments: [
      (NameEscaping.underscores, "mail_gr__e_total", "peer_name"),
      (.dots, "mail_dot_gr____e__total", "peer_dot_name"),
      (.values, "U__mail_2e_gr_f6__df_e__total", "U__peer_2e_name"),
    ])
  func escaped(scheme: NameEscaping, name: String, label: String) throws {
    let family = try registry.register(.counter("mail.größe_total", help: ""), byBounded: "peer.name")
    family["v"].increment()
    #expect(
      registry.text(ExpositionFormat(.text, escaping: scheme))
        == "# TYPE \(name) counter\n\(name){\(label)=\"v\"} 1\n")
    #expect(
      registry.text(ExpositionFormat(.openMetrics, escaping: scheme))
        == "# TYPE \(name.dropLast("_total".count)) counter\n\(name){\(label)=\"v\"} 1\n# EOF\n")
  }

  @Test("leaves names alone that every scraper understands", arguments: NameEscaping.allCases)
  func legacy(scheme: NameEscaping) throws {
    let family = try registry.register(.counter("a_b:c_total", help: ""), byBounded: "d_e")
    family["v"].increment()
    #expect(registry.text(ExpositionFormat(.text, escaping: scheme)).hasSuffix("a_b:c_total{d_e=\"v\"} 1\n"))
  }

  @Test(
    "is refused when it is another's where names are escaped",
    arguments: [
      ("a.b", "a_b"), ("a_b", "a.b"), ("a.b", "a-b"), ("a.b", "a_dot_b"), ("a-b", "a__b"),
      ("a.b", "U__a_2e_b"),
      ("h.x", "h_x_count"), ("h-x", "h.x_sum"), ("a é", "a__"),
    ])
  func collisions(first: String, second: String) throws {
    if first.hasPrefix("h") {
      _ = try registry.register(.histogram(first, help: ""))
    } else {
      _ = try registry.register(.gauge(first, help: ""))
    }
    #expect(code { _ = try registry.register(.gauge(second, help: "")) } != nil)
  }

  @Test("is kept when it is nobody else's in any scheme")
  func noCollision() throws {
    for name in ["a.b", "a.c", "ab", "b.a", "é.b"] { _ = try registry.register(.gauge(name, help: "")) }
    _ = try registry.register(.counter("c.d_total", help: ""))
    #expect(code { _ = try registry.register(.gauge("c_d", help: "")) } == .conflict)
    #expect(code { _ = try registry.info("c.d_info", help: "", [:]) } == .conflict)
  }

  @Test(
    "is refused as a label beside one that becomes the same, or when it becomes one that is reserved",
    arguments: [
      ["a.b", "a-b"], ["a.b", "a_b"], ["a.b", "a_dot_b"], ["..a", "b"], ["ä.a", "b"], ["a-b", "a__b"],
    ])
  func labels(names: [String]) {
    #expect(
      code { _ = try registry.register(.gauge("x", help: ""), byBounded: names[0], names[1]) }
        == .invalidLabels)
    let sample = CollectedFamily(
      "x", .gauge, help: "",
      samples: [CollectedSample(1)].map {
        var sample = $0
        sample.labels = names.map { CollectedSample.Label($0, "v") }
        return sample
      })
    #expect(sample.problem(allowingUTF8: true) != nil)
  }

  @Test("can be asked for as it is and as it was escaped")
  func asked() throws {
    _ = try registry.register(.gauge("a.b", help: ""))
    for name in ["a.b", "a_b", "U__a_2e_b"] {
      #expect(GatheredMetrics(registered: registry.families, names: [name]).items.map(\.name) == ["a.b"])
    }
  }
}
