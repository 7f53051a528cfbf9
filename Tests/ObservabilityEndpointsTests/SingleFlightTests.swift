// Is a shared run begun once, told to each who waits, and called off by nobody but its deadline?

import TestSupport
@testable import ObservabilityEndpoints
import Testing

@Suite("A run that several share")
struct SingleFlightTests {
  @Test("is begun by the first, shared by the others, and told to all of them once")
  func shared() {
    var flight = SingleFlight<String>()
    #expect(flight.join("first", as: 1) == .begins)
    #expect(flight.join("second", as: 2) == .shares)
    #expect(flight.finish(1) == ["first", "second"])
    #expect(flight.finish(1) == nil)
    #expect(flight.join("third", as: 3) == .begins)
  }

  @Test("goes on when those who wait leave, even the one that began it, and even all of them")
  func leaving() {
    var flight = SingleFlight<String>()
    #expect(flight.join("first", as: 1) == .begins)
    #expect(flight.join("second", as: 2) == .shares)
    flight.leave(1)
    #expect(flight.isUnderWay(1))
    flight.leave(2)
    #expect(flight.isUnderWay(1))
    #expect(flight.waiterCount == 0)
    #expect(flight.join("third", as: 3) == .shares)
    #expect(flight.finish(1) == ["third"])
  }

  @Test("has begun when it has come to run, and the next one has not")
  func begins() {
    var flight = SingleFlight<String>()
    #expect(flight.join("first", as: 1) == .begins)
    #expect(!flight.hasBegun)
    flight.begin(2)
    #expect(!flight.hasBegun)
    flight.begin(1)
    #expect(flight.hasBegun)
    #expect(flight.finish(1) == ["first"])
    #expect(!flight.hasBegun)
  }

  @Test("is called off once, at its deadline, and waited for by nobody until it has returned")
  func deadline() {
    var flight = SingleFlight<String>()
    #expect(flight.join("first", as: 1) == .begins)
    #expect(flight.callOff(1) == ["first"])
    #expect(flight.callOff(1) == nil)
    #expect(flight.join("second", as: 2) == .refused)
    #expect(flight.isUnderWay(1))
    #expect(flight.finish(1) == [])
    #expect(flight.join("third", as: 3) == .begins)
    // The deadline of an earlier run is not that of this one.
    #expect(flight.callOff(1) == nil)
    #expect(flight.callOff(3) == ["third"])
  }

  @Test("keeps to that in any order of events", arguments: [1, 2, 3, 4, 5, 6, 7, 8] as [UInt64])
  func anyOrder(seed: UInt64) {
    var generator = SeededGenerator(seed: seed)
    var flight = SingleFlight<UInt64>()
    /// What is known from the answers: the run under way, whether it was called off, and who waits.
    var (run, isCalledOff, waiting) = (nil as UInt64?, false, [] as [UInt64])
    for number in 1...2000 as ClosedRange<UInt64> {
      switch Int.random(in: 0..<8, using: &generator) {
      case 0..<4:
        let entry = flight.join(number, as: number)
        let expected: SingleFlight<UInt64>.Entry = isCalledOff ? .refused : run == nil ? .begins : .shares
        #expect(entry == expected, "seed \(seed)")
        if entry == .begins { run = number }
        if entry != .refused { waiting.append(number) }
      case 4, 5:
        // Somebody who waits, or who has long been told.
        let leaver = waiting.randomElement(using: &generator) ?? number / 2
        flight.leave(leaver)
        waiting.removeAll { $0 == leaver }
      case 6:
        // The run under way, or one that has returned.
        let finished = Bool.random(using: &generator) ? run ?? number : number / 2
        let told = flight.finish(finished)
        let expected = finished == run ? waiting : nil
        #expect(told == expected, "seed \(seed)")
        if told != nil { (run, isCalledOff, waiting) = (nil, false, []) }
      default:
        let late = Bool.random(using: &generator) ? run ?? number : number / 2
        let told = flight.callOff(late)
        let expected = late == run && !isCalledOff ? waiting : nil
        #expect(told == expected, "seed \(seed)")
        if told != nil { (isCalledOff, waiting) = (true, []) }
      }
      #expect(flight.waiterCount == waiting.count, "seed \(seed)")
    }
  }
}
