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
  enum Prefix: String, ClosedLabel {
    case a, b, c
    static let allCases: [Prefix] = [.a, .b]
  }
  struct Disguised: ClosedLabel, CustomReflectable {
    let raw: UInt8
    static let allCases = [Disguised(raw: 0), Disguised(raw: 1)]
    var labelValue: String { "\(raw)" }
    var customMirror: Mirror { Mirror(self, children: [], displayStyle: .enum) }
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
    #expect(refused(Disguised.self))
    // The case that is left out, the last one, would have no place.
    #expect(refused(Prefix.self))
    #expect(throws: RegistrationError.self) { try registry.stateSet("s", help: "", of: Prefix.self) }
  }

  enum Longest: ClosedLabel {
    case short, long
    var labelValue: String { self == .short ? "x" : String(repeating: "x", count: 1024) }
  }
  enum TooLong: ClosedLabel {
    case short, long
    var labelValue: String { self == .short ? "x" : String(repeating: "x", count: 1025) }
  }

  @Test("refuses values that are longer than those of other labels may be, and state sets do as well")
  func lengths() throws {
    let registry = try Registry()
    _ = try registry.register(.counter("a_total", help: ""), by: ("l", Longest.self))
    _ = try registry.stateSet("a_state", help: "", of: Longest.self)
    let refusals: [() throws -> Void] = [
      { _ = try registry.register(.counter("x_total", help: ""), by: ("l", TooLong.self)) },
      {
        _ = try registry.register(.counter("x_total", help: ""), by: ("m", Hundred.self), ("l", TooLong.self))
      },
      { _ = try registry.register(.counter("x_total", help: ""), by: ("l", TooLong.self), byBounded: "m") },
      { _ = try registry.stateSet("x", help: "", of: TooLong.self) },
    ]
    for register in refusals {
      let error = #expect(throws: RegistrationError.self, performing: register)
      #expect(error?.code == .invalidLabels)
      #expect(error?.message == "a label value of TooLong has more than 1024 bytes")
    }
  }

  @Test("has at most ten thousand combinations of values, and says so when it is registered")
  func combinations() throws {
    let registry = try Registry()
    let largest = try registry.register(
      .counter("a_total", help: ""), by: ("a", Hundred.self), ("b", Hundred.self))
    #expect(series(of: "a_total", in: registry).count == 10_000)
    let last = try #require(Hundred.allCases.last)
    largest[last, last].increment()
    #expect(series(of: "a_total", in: registry).last.map { ($0 as? Counter)?.value } == 1)
    func message(_ register: () throws(RegistrationError) -> Void) -> String? {
      do throws(RegistrationError) {
        try register()
        return nil
      } catch {
        return error.code == .invalidLabels ? error.message : nil
      }
    }
    let two = message { () throws(RegistrationError) in
      _ = try registry.register(.gauge("b", help: ""), by: ("a", Hundred.self), ("b", Most.self))
    }
    #expect(two == "the values of [\"a\", \"b\"] have more than 10000 combinations")
    // Nearly seventeen million histograms, had they been made first and counted then.
    let three = message { () throws(RegistrationError) in
      _ = try registry.register(
        .histogram("c", help: ""), by: ("a", Most.self), ("b", Most.self), ("c", Most.self))
    }
    #expect(three == "the values of [\"a\", \"b\", \"c\"] have more than 10000 combinations")
    // The name is free: nothing was registered.
    _ = try registry.register(.histogram("c", help: ""), by: ("a", Most.self))
  }

  @Test("takes an enum of 256 cases, the last of which has its series")
  func mostCases() throws {
    let family = try Registry().register(.counter("x_total", help: ""), by: ("case", Most.self))
    let last = try #require(Most.allCases.last)
    family[last].increment()
    #expect(family[last].value == 1)
    #expect(last.ordinal == 255)
  }
}

enum Hundred: String, ClosedLabel {
  case v0, v1, v2, v3, v4, v5, v6, v7, v8, v9, v10, v11, v12, v13, v14, v15
  case v16, v17, v18, v19, v20, v21, v22, v23, v24, v25, v26, v27, v28, v29, v30, v31
  case v32, v33, v34, v35, v36, v37, v38, v39, v40, v41, v42, v43, v44, v45, v46, v47
  case v48, v49, v50, v51, v52, v53, v54, v55, v56, v57, v58, v59, v60, v61, v62, v63
  case v64, v65, v66, v67, v68, v69, v70, v71, v72, v73, v74, v75, v76, v77, v78, v79
  case v80, v81, v82, v83, v84, v85, v86, v87, v88, v89, v90, v91, v92, v93, v94, v95
  case v96, v97, v98, v99
}

enum Most: String, ClosedLabel {
  case v0, v1, v2, v3, v4, v5, v6, v7, v8, v9, v10, v11, v12, v13, v14, v15
  case v16, v17, v18, v19, v20, v21, v22, v23, v24, v25, v26, v27, v28, v29, v30, v31
  case v32, v33, v34, v35, v36, v37, v38, v39, v40, v41, v42, v43, v44, v45, v46, v47
  case v48, v49, v50, v51, v52, v53, v54, v55, v56, v57, v58, v59, v60, v61, v62, v63
  case v64, v65, v66, v67, v68, v69, v70, v71, v72, v73, v74, v75, v76, v77, v78, v79
  case v80, v81, v82, v83, v84, v85, v86, v87, v88, v89, v90, v91, v92, v93, v94, v95
  case v96, v97, v98, v99, v100, v101, v102, v103, v104, v105, v106, v107, v108, v109, v110, v111
  case v112, v113, v114, v115, v116, v117, v118, v119, v120, v121, v122, v123, v124, v125, v126, v127
  case v128, v129, v130, v131, v132, v133, v134, v135, v136, v137, v138, v139, v140, v141, v142, v143
  case v144, v145, v146, v147, v148, v149, v150, v151, v152, v153, v154, v155, v156, v157, v158, v159
  case v160, v161, v162, v163, v164, v165, v166, v167, v168, v169, v170, v171, v172, v173, v174, v175
  case v176, v177, v178, v179, v180, v181, v182, v183, v184, v185, v186, v187, v188, v189, v190, v191
  case v192, v193, v194, v195, v196, v197, v198, v199, v200, v201, v202, v203, v204, v205, v206, v207
  case v208, v209, v210, v211, v212, v213, v214, v215, v216, v217, v218, v219, v220, v221, v222, v223
  case v224, v225, v226, v227, v228, v229, v230, v231, v232, v233, v234, v235, v236, v237, v238, v239
  case v240, v241, v242, v243, v244, v245, v246, v247, v248, v249, v250, v251, v252, v253, v254, v255
}

/// The series of a family as an encoder would see them.
func series(of name: String, in registry: Registry) -> [MetricInstrument] {
  registry.families.first { $0.descriptor.name == name }.map { series(of: $0) } ?? []
}

func series(of family: FamilyCore) -> [MetricInstrument] {
  switch family.read() {
  case .counters(let series): return all(series)
  case .gauges(let series): return all(series)
  case .histograms(let series): return all(series)
  case .variables(let series): return all(series)
  case .info, .stateSet: return []
  }
}

func all<Child>(_ reading: SeriesReading<Child>) -> [Child] {
  var all: [Child] = []
  reading.forEach { all.append($0) }
  return all
}
