// Is each span accounted for, whatever a collector does and whenever the end comes?

import ExportTestSupport
@testable import OTLPExport
import TestSupport
import Testing

@Suite("Export, simulated")
struct ExportSimulationTests {
  private static let second = ExportSimulation.second

  @Test(
    "accounts for each span at each step, and ends in time, with a collector that changes its mind",
    arguments: [SeededGenerator.seed])
  func changingCollector(seed: UInt64) {
    for round in 0..<UInt64(1500 * SeededGenerator.rounds) {
      var choice = SeededGenerator(seed: seed &+ round)
      var settings = BatchProcessor.Settings()
      settings.batchSize = .random(in: 1...600, using: &choice)
      settings.delay = .milliseconds(Int.random(in: 0...6000, using: &choice))
      settings.timeout = .milliseconds(Int.random(in: 1...12_000, using: &choice))
      let capacity = Int.random(in: settings.batchSize...2048, using: &choice)
      var world = ExportSimulation(seed: seed &+ round &* 7919, settings: settings, capacity: capacity)
      world.step()
      for _ in 0..<Int.random(in: 0...40, using: &choice) {
        switch Int.random(in: 0..<8, using: &choice) {
        case 0: world.behaviour = CollectorBehaviour.allCases.randomElement(using: &choice) ?? .accepts
        case 1: world.latency = .random(in: 0...(12 * Self.second), using: &choice)
        case 2: world.flush()
        case 3, 4: world.arrive(.random(in: 0...700, using: &choice))
        default: world.advance(to: world.now + .random(in: 0...(8 * Self.second), using: &choice))
        }
      }
      let limit = Int64.random(in: 0...(4 * Self.second), using: &choice)
      let end = world.now + limit
      world.shutdown(within: limit)
      if Bool.random(using: &choice) { world.arrive(3) }
      world.advance(to: end)
      #expect(world.finishedAt != nil, "round \(round): the end came")
      world.arrive(5)
      world.check()
      #expect(world.queued == 0 && world.machine.inHand == 0)
    }
  }

  @Test("ends in every state within the time that it has", arguments: CollectorBehaviour.allCases)
  func everyState(behaviour: CollectorBehaviour) {
    // From before the first span, over every pause between attempts, to long after.
    for moment in stride(from: Int64(0), through: 30 * Self.second, by: Int(Self.second / 4)) {
      var world = ExportSimulation(seed: UInt64(moment))
      world.behaviour = behaviour
      world.step()
      world.arrive(700)
      world.advance(to: moment)
      world.arrive(100)
      world.shutdown(within: 2 * Self.second)
      world.advance(to: world.now + 2 * Self.second)
      #expect(world.finishedAt.map { $0 - moment <= 2 * Self.second } == true)
      let totals = world.machine.totals
      if behaviour.takes { #expect(totals.exported == totals.taken - totals.dropped) }
    }
  }

  @Test("sends every span to a collector that takes them, those of the last moment too")
  func exportsAll() {
    for behaviour in CollectorBehaviour.allCases where behaviour.takes {
      var world = ExportSimulation(seed: 1)
      world.behaviour = behaviour
      world.step()
      for _ in 0..<300 {
        world.arrive(200)
        world.advance(to: world.now + Self.second / 10)
      }
      world.shutdown(within: 2 * Self.second)
      world.advance(to: world.now + 2 * Self.second)
      let totals = world.machine.totals
      // What the world itself could not send was too large.
      #expect(world.droppedByQueue == 0 && world.droppedFromQueue == 0)
      #expect(totals.exported + totals.dropped == world.started && totals.dropped <= 512 * 3)
      #expect(world.finishedAt.map { $0 - 30 * Self.second < Self.second } == true, "and then ends at once")
    }
  }

  @Test("asks a collector that is down a few times a minute", arguments: CollectorBehaviour.allCases)
  func isSparing(behaviour: CollectorBehaviour) {
    guard behaviour.isRetried else { return }
    var world = ExportSimulation(seed: 3)
    world.behaviour = behaviour
    world.step()
    for _ in 0..<6000 {
      world.arrive(500)
      world.advance(to: world.now + Self.second / 10)
    }
    // Ten minutes.
    #expect(world.sends.count <= 250 && world.sends.count >= 2, "\(world.sends.count)")
    for (one, next) in zip(world.sends, world.sends.dropFirst()) { #expect(next - one >= Self.second / 4) }
    // And when it is back, so are the spans.
    world.behaviour = .accepts
    let before = world.machine.totals.exported
    world.advance(to: world.now + 310 * Self.second)
    #expect(world.machine.totals.exported >= before + 1500)
  }

  @Test("waits as long as a collector asks for, within a bound, and gives up what cannot wait")
  func retryAfter() {
    var world = ExportSimulation(seed: 4)
    world.behaviour = .throttlesForThreeSeconds
    world.step()
    world.arrive(512)
    world.advance(to: 2 * Self.second)
    #expect(world.sends.count == 1)
    world.behaviour = .accepts
    world.advance(to: 4 * Self.second)
    #expect(world.sends.count == 2 && world.machine.totals.exported == 512)
    world.behaviour = .throttlesForDecades
    world.arrive(512)
    world.advance(to: 5 * Self.second)
    #expect(world.sends.count == 3 && world.machine.totals.dropped == 512, "it has no chance within its time")
    world.behaviour = .accepts
    world.arrive(512)
    world.advance(to: 300 * Self.second)
    #expect(world.sends.count == 3 && world.queued == 512)
    world.advance(to: 306 * Self.second)
    #expect(world.sends.count == 4 && world.machine.totals.exported == 1024)
  }
}
