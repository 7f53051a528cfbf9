// Does a closed label keep its values where the bounded ones beside it are full?

@testable import MetricInstruments
import Testing

@Suite("A closed label beside bounded ones")
struct ClosedBesideBoundedTests {
  let registry: Registry

  init() throws { registry = try Registry() }

  @Test("finds its series by a case and texts")
  func lookUp() throws {
    let one = try registry.register(
      .counter("a_total", help: ""), by: ("colour", Colour.self), byBounded: "domain")
    one[.red, "a.example"].increment()
    #expect(one[.red, "a.example"].value == 1)
    #expect(one[.green, "a.example"].value == 0)
    #expect(one[.red, "a.example"].labels.values == ["red", "a.example"])
    let two = try registry.register(
      .gauge("b", help: ""), by: ("colour", Colour.self), byBounded: "x", "y")
    #expect(two[.blue, "1", "2"].labels.values == ["blue", "1", "2"])
    let three = try registry.register(
      .histogram("c", help: ""), by: ("colour", Colour.self), byBounded: "x", "y", "z")
    #expect(three[.blue, "1", "2", "3"].labels.values == ["blue", "1", "2", "3"])
    #expect(one.remove(one[.red, "a.example"]))
    #expect(one.count == 1)
  }

  @Test("keeps its case past the limit, so that sums over the others stay right")
  func overflow() throws {
    let family = try registry.register(
      .counter("a_total", help: ""), by: ("colour", Colour.self), byBounded: "x", "y", limit: 2)
    let own = [family[.red, "1", "1"], family[.green, "1", "1"]]
    for colour in Colour.allCases {
      for number in 2...9 { family[colour, "\(number)", "1"].increment() }
    }
    for colour in Colour.allCases {
      let other = family[colour, "more", "more"]
      #expect(other.value == 8)
      #expect(other.labels.values == [colour.rawValue, "other", "other"])
      #expect(family[colour, "other", "other"] === other)
      #expect(!family.remove(other))
    }
    #expect(own.map(\.value) == [0, 0])
    #expect(family.count == 5)
    #expect(registry.overflow["a_total"].value == 27)
  }

  @Test("is registered once, and refuses what is no label")
  func registration() throws {
    let declaration = MetricDeclaration.counter("a_total", help: "")
    let family = try registry.register(declaration, by: ("colour", Colour.self), byBounded: "x")
    let again = try registry.register(declaration, by: ("colour", Colour.self), byBounded: "x")
    #expect(family[.red, "1"] === again[.red, "1"])
    func problem(_ body: () throws -> Void) -> String? {
      do { try body() } catch { return (error as? RegistrationError)?.message }
      return nil
    }
    #expect(
      problem { _ = try registry.register(declaration, by: ("colour", Size.self), byBounded: "x") }
        == "registered before with the type of the closed label Colour, and now with Size")
    #expect(
      problem { _ = try registry.register(declaration, byBounded: "colour", "x") }
        == "registered before with the type of the closed label Colour, and now with none")
    #expect(
      problem {
        _ = try registry.register(.gauge("g", help: ""), by: ("x", Colour.self), byBounded: "x")
      } == "a label comes twice in [\"x\", \"x\"]")
    #expect(
      problem {
        _ = try registry.register(
          .gauge("g", help: ""), by: ("a", Colour.self), byBounded: "b", "c", "d", "e")
      } == "a family has at most three bounded labels beside a closed one")
  }
}
