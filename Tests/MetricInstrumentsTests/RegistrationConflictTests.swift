// Does a conflict say in what two registrations differ, and is a namespace put before a name once?

@testable import MetricInstruments
import Testing

@Suite("A registration under a name that is taken")
struct RegistrationConflictTests {
  private static let counter = MetricDeclaration.counter("a_total", help: "A.")
  private static let histogram = MetricDeclaration.histogram("h", help: "", buckets: [1, 2])

  /// What is registered, what then is, and the end of the message.
  struct Case: Sendable, CustomTestStringConvertible {
    let testDescription: String
    let register: @Sendable (Registry) throws -> Void

    init(_ message: String, _ register: @escaping @Sendable (Registry) throws -> Void) {
      testDescription = message
      self.register = register
    }
  }

  @Test(
    "is told the field that differs and both values",
    arguments: [
      Case("the help \"A.\", and now with \"B.\"") {
        _ = try $0.register(counter)
        _ = try $0.register(.counter("a_total", help: "B."))
      },
      Case("the unit \"\", and now with \"bytes\"") {
        _ = try $0.register(.gauge("a_bytes", help: ""))
        _ = try $0.register(.gauge("a_bytes", help: "", unit: "bytes"))
      },
      Case("the type gauge, and now with histogram") {
        _ = try $0.register(.gauge("h", help: ""))
        _ = try $0.register(histogram)
      },
      Case("the labels [], and now with [\"x\"]") {
        _ = try $0.register(counter)
        _ = try $0.register(counter, byBounded: "x")
      },
      Case("the labels [\"x\"], and now with [\"x\", \"y\"]") {
        _ = try $0.register(counter, byBounded: "x")
        _ = try $0.register(counter, byBounded: "x", "y")
      },
      Case("the buckets [1.0, 2.0], and now with [1.0, 3.0]") {
        _ = try $0.register(histogram)
        _ = try $0.register(.histogram("h", help: "", buckets: [1, 3]))
      },
      Case("the limit 500, and now with 3") {
        _ = try $0.register(counter, byBounded: "x")
        _ = try $0.register(counter, byBounded: "x", limit: 3)
      },
      Case("the idleTimeout nil, and now with 60.0 seconds") {
        _ = try $0.register(counter, byBounded: "x")
        _ = try $0.register(counter, byBounded: "x", idleTimeout: .seconds(60))
      },
      Case("the types of the labels [Colour], and now with [Size]") {
        _ = try $0.register(counter, by: ("x", Colour.self))
        _ = try $0.register(counter, by: ("x", Size.self))
      },
      Case("the kind a series for each case, and now with series that are found at run time") {
        _ = try $0.register(counter, by: ("x", Colour.self))
        _ = try $0.register(counter, byBounded: "x")
      },
      Case("the absentUntilSet false, and now with true") {
        _ = try $0.register(.gauge("g", help: ""))
        _ = try $0.register(.gauge("g", help: "", absentUntilSet: true))
      },
      Case("the type of the states Colour, and now with Size") {
        _ = try $0.stateSet("s", help: "", of: Colour.self)
        _ = try $0.stateSet("s", help: "", of: Size.self)
      },
      Case("the kind one of the registry's own, and now with a series for each case") {
        _ = try $0.register(
          .counter("observability_rejected_total", help: "Values that instruments refused, by reason."),
          by: ("reason", Colour.self))
      },
    ])
  func conflict(expected: Case) throws {
    let registry = try Registry()
    do {
      try expected.register(registry)
      Issue.record("nothing was thrown")
    } catch let error as RegistrationError {
      #expect(error.code == .conflict)
      #expect(error.message == "registered before with \(expected.testDescription)")
    }
  }

  @Test("has its namespace once, whoever has put it there")
  func namespace() throws {
    let registry = try Registry(namespace: "x")
    let hits = try registry.register(.counter("x_hits_total", help: ""))
    let same = try registry.register(.counter("hits_total", help: ""))
    #expect(same === hits)
    // Not of the namespace, however alike.
    _ = try registry.register(.counter("xhits_total", help: ""))
    _ = try registry.register(.gauge("x", help: ""))
    let names = registry.families.map(\.descriptor.name).filter { !$0.contains("observability") }
    #expect(names == ["x_hits_total", "x_x", "x_xhits_total"])
    #expect(registry.unregister("x_hits_total"))
    #expect(!registry.unregister("hits_total"))
  }
}
