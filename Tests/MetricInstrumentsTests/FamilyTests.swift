// Is there one series for each value of a closed label?

@testable import MetricInstruments
import Testing

@Suite("A family over closed labels")
struct FamilyTests {
  @Test("has a series for each value, in any position")
  func threeLabels() throws {
    let registry = try Registry()
    let family = try registry.register(
      .counter("things_total", help: ""), by: ("colour", Colour.self), ("size", Size.self),
      ("shape", Shape.self))
    var amount: UInt64 = 0
    for colour in Colour.allCases {
      for size in Size.allCases {
        for shape in Shape.allCases {
          amount += 1
          family[colour, size, shape].increment(by: amount)
        }
      }
    }
    var seen: [String: UInt64] = [:]
    for series in series(of: "things_total", in: registry) {
      let counter = try #require(series as? Counter)
      seen[counter.labels.values.joined(separator: " ")] = counter.integerValue
    }
    #expect(seen.count == 18)
    #expect(seen["red small round"] == 1)
    #expect(seen["blue large flat"] == 18)
    #expect(seen["green small flat"] == 9)
  }

  @Test("of two labels and of one tell their values apart")
  func oneAndTwo() throws {
    let registry = try Registry()
    let one = try registry.register(.gauge("a", help: ""), by: ("colour", Colour.self))
    let two = try registry.register(.gauge("b", help: ""), by: ("colour", Colour.self), ("size", Size.self))
    one[.green].set(1)
    two[.green, .large].set(2)
    #expect(one[.red].value == 0)
    #expect(one[.green].value == 1)
    #expect(two[.green, .small].value == 0)
    #expect(two[.blue, .large].value == 0)
    #expect(two[.green, .large].value == 2)
  }

  @Test("takes an enum of one case")
  func oneCase() throws {
    let registry = try Registry()
    let family = try registry.register(.counter("x_total", help: ""), by: ("only", Only.self))
    family[.one].increment()
    #expect(family[.one].value == 1)
  }

  enum WithValue: ClosedLabel {
    case plain
    case valued(Int)
    static let allCases: [WithValue] = [.plain, .valued(1)]
    var labelValue: String { "\(self)" }
  }
  enum Shuffled: String, ClosedLabel {
    case a, b
    static let allCases: [Shuffled] = [.b, .a]
  }
  enum Partial: String, ClosedLabel {
    case a, b, c
    static let allCases: [Partial] = [.a, .c]
  }
  enum Same: ClosedLabel {
    case a, b
    var labelValue: String { "same" }
  }
  struct Code: ClosedLabel {
    let raw: UInt8
    static let allCases = [Code(raw: 0), Code(raw: 1)]
    var labelValue: String { "\(raw)" }
  }

  @Test("refuses types whose cases cannot be told by their position")
  func refusesTypes() throws {
    let registry = try Registry()
    func refused<Label: ClosedLabel>(_ type: Label.Type) -> Bool {
      do {
        _ = try registry.register(.counter("x_total", help: ""), by: ("l", type))
        return false
      } catch {
        return error.code == .invalidLabels
      }
    }
    #expect(refused(WithValue.self))
    #expect(refused(Shuffled.self))
    #expect(refused(Partial.self))
    #expect(refused(Same.self))
    // A struct of one byte is as large as an enum, and has values that no array of its cases has a place for.
    #expect(refused(Code.self))
  }
}

/// The series of a family as an encoder would see them.
func series(of name: String, in registry: Registry) -> [MetricInstrument] {
  guard let family = registry.families.first(where: { $0.descriptor.name == name }) else { return [] }
  switch family.children {
  case .fixed(let instruments): return instruments
  case .bounded(let index):
    var all: [MetricInstrument] = []
    index.forEach(as: MetricInstrument.self) { all.append($0) }
    return all
  case .info, .stateSet: return []
  }
}
