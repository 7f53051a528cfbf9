// Does the export do what its state machine says, on a real loop with real spans?

import ExportTestSupport
@testable import OTLPExport
import ObservabilityPlatform
@testable import ObservabilitySockets
import TestSupport
import Testing
@testable import TraceSpans

@Suite("Export of spans")
struct SpanExportTests {
  // Long enough for the slowest machine, since an exporter's answer is to come in real time.
  private static let unhurried: @Sendable (inout BatchProcessor.Settings) -> Void = {
    $0.timeout = .seconds(3600)
  }

  @Test("sends a full batch at once, and a smaller one when its time has come")
  func batches() async throws {
    let world = try TestExport(Self.unhurried)
    world.record(512)
    #expect(await eventually { world.exporter.requests == [512] })
    world.record(3)
    // Until the span has been seen, its time does not run.
    #expect(
      await eventually {
        world.loop.advanceClock(by: .seconds(1))
        return world.exporter.requests.count == 2
      })
    #expect(world.exporter.requests == [512, 3])
    #expect(await eventually { world.export.statistics.totals.exported == 515 })
    #expect(world.isAccountedFor)
    await world.export.shutdown(within: .seconds(3600))
    #expect(world.hasEnded.isSet && world.exporter.isClosed)
  }

  @Test("sends one request at a time, whoever asks for a flush")
  func oneAtATime() async throws {
    let world = try TestExport(Self.unhurried)
    world.exporter.hold()
    world.record(700)
    #expect(await eventually { world.exporter.requests == [512] })
    async let flushes = withTaskGroup(of: Bool.self) { group in
      for _ in 0..<8 { group.addTask { await world.export.flush(within: .seconds(3600)) } }
      return await group.reduce(into: []) { $0.append($1) }
    }
    world.record(100)
    let isEarly = Flag()
    async let early: Void = {
      _ = await world.export.flush(within: .seconds(3600))
      isEarly.set()
    }()
    for _ in 0..<20 { _ = await world.loop.turn() }
    #expect(!isEarly.isSet, "what is on its way has not arrived")
    world.exporter.release()
    await early
    #expect(await flushes == Array(repeating: true, count: 8))
    #expect(world.exporter.mostAtOnce == 1)
    #expect(world.export.statistics.totals.exported >= 700)
    await world.export.shutdown(within: .seconds(3600))
    #expect(world.export.statistics.totals.exported == 800 && world.isAccountedFor)
  }

  @Test("says of a flush whether the collector has the spans", arguments: CollectorBehaviour.allCases)
  func flush(behaviour: CollectorBehaviour) async throws {
    let world = try TestExport(behaviour.takes ? Self.unhurried : { _ in })
    #expect(await world.export.flush(within: .seconds(3600)), "nothing is nothing to lose")
    world.exporter.behaviour = behaviour
    world.record(10)
    let clock = Task {
      // Where the answer is to come in time, none passes.
      while !Task.isCancelled, !behaviour.takes {
        world.loop.advanceClock(by: .seconds(1))
        try? await Task.sleep(for: .milliseconds(1))
      }
    }
    let isThere = await world.export.flush(within: .seconds(3600))
    clock.cancel()
    await clock.value
    #expect(isThere == behaviour.takes)
    await world.export.shutdown(within: .zero)
    #expect(await world.export.flush(within: .seconds(3600)), "nothing is left to be sent")
    #expect(world.isAccountedFor)
  }

  @Test(
    "ends in time, whatever the collector does, and accounts for each span",
    arguments: CollectorBehaviour.allCases)
  func shutdown(behaviour: CollectorBehaviour) async throws {
    for limit in [Duration.zero, .seconds(2)] {
      let world = try TestExport()
      world.exporter.behaviour = behaviour
      world.record(2500)
      _ = await eventually { !world.exporter.requests.isEmpty }
      world.tracer.stop()
      async let end: Void = world.export.shutdown(within: limit)
      // Time passes in small steps, as it does: an end that needs more than its limit is one that did not
      // come.
      for _ in 0..<22 where !world.export.statistics.isOver {
        world.loop.advanceClock(by: .milliseconds(100))
        _ = await world.loop.turn()
      }
      await end
      let (spans, statistics) = (world.tracer.statistics, world.export.statistics)
      #expect(world.isAccountedFor && statistics.inHand == 0 && statistics.queued == 0)
      #expect(spans.started == 2500 && spans.queued == statistics.totals.settled)
      if !behaviour.takes, behaviour != .rejectsSome { #expect(statistics.totals.exported == 0) }
      #expect(world.hasEnded.isSet)
    }
  }

  @Test("lets others of its loop come in between batches that cannot be sent")
  func unsendable() async throws {
    let world = try TestExport(requestLimit: 16) {
      $0.batchSize = 8
      $0.timeout = .seconds(3600)
    }
    let core = world.export.core
    let dropped = await onThread {
      answer(by: world.loop.execute) {
        world.record(2048)
        core.step()
        return core.machine.totals.dropped
      }
    }
    #expect(dropped <= 8, "\(dropped) spans in one step")
    #expect(await eventually { world.export.statistics.totals.dropped == 2048 })
    #expect(await world.export.flush(within: .seconds(3600)))
    #expect(world.exporter.requests.isEmpty && world.said.withLock { $0.count } == 1)
    world.record(2048)
    await world.export.shutdown(within: .seconds(3600))
    #expect(world.isAccountedFor && world.export.statistics.totals.dropped == 4096)
  }

  @Test("sends what has ended when the tracer is stopped, without being told of it")
  func stoppedTracer() async throws {
    for round in 0..<100 {
      let world = try TestExport {
        Self.unhurried(&$0)
        $0.delay = .zero
      }
      await onThread {
        onThreads(3) { thread in
          for _ in 0..<(round % 10 * 20) { sched_yield() }
          if thread == 0 { world.tracer.stop() } else { world.record(1) }
        }
      }
      let queued = world.tracer.statistics.queued
      #expect(await eventually { world.export.statistics.totals.exported == queued }, "round \(round)")
      await world.export.shutdown(within: .zero)
      #expect(world.isAccountedFor && world.export.statistics.totals.exported == queued)
    }
  }

  @Test("counts what ends after the end, and does not wait for a second end")
  func afterTheEnd() async throws {
    let world = try TestExport()
    let span = world.tracer.startSpan("late")
    world.tracer.stop()
    async let first: Void = world.export.shutdown(within: .seconds(3600))
    async let second: Void = world.export.shutdown(within: .seconds(3600))
    _ = await (first, second)
    span.end()
    await world.export.shutdown(within: .seconds(3600))
    #expect(world.tracer.statistics.endedAfterStop == 1 && world.isAccountedFor)
  }

  @Test("says how many spans were dropped at the end, those that were under way included")
  func saidAtTheEnd() async throws {
    for (count, underWay) in [(100, 100), (512, 512), (600, 512)] {
      let world = try TestExport(Self.unhurried)
      world.exporter.behaviour = .isABlackHole
      world.record(count)
      async let flush = world.export.flush(within: .seconds(3600))
      #expect(await eventually { world.exporter.requests == [underWay] })
      await world.export.shutdown(within: .zero)
      _ = await flush
      #expect(world.export.statistics.totals.droppedAtShutdown == UInt64(count))
      #expect(world.said.withLock { $0 } == ["\(count) spans were dropped at the end"])
    }
  }

  @Test("has each span in one place at every moment")
  func everyMoment() async throws {
    let world = try TestExport(Self.unhurried)
    let isOver = Flag()
    async let misses: [String] = onThread {
      var misses: [String] = []
      while !isOver.isSet {
        let put = world.tracer.statistics.queued
        let export = world.export.statistics
        let places = export.totals.settled + UInt64(export.inHand) + UInt64(export.queued)
        if places < put { misses.append("\(put) spans were put in, and \(places) are there") }
      }
      return misses
    }
    for _ in 0..<40 {
      await onThread { world.record(512) }
      _ = await world.export.flush(within: .seconds(3600))
    }
    await world.export.shutdown(within: .seconds(3600))
    isOver.set()
    let found = await misses
    #expect(found.isEmpty, "\(found.count) times, first: \(found.first ?? "")")
    #expect(world.isAccountedFor && world.export.statistics.totals.exported == 40 * 512)
  }

  @Test("says each trouble once, and when it is over")
  func said() async throws {
    let world = try TestExport(Self.unhurried)
    for (behaviour, lines) in [
      (CollectorBehaviour.unauthorized, 1), (.unauthorized, 1), (.badRequest, 2), (.accepts, 3),
      (.accepts, 3),
      (.rejectsSome, 4), (.rejectsSome, 4), (.unauthorized, 5),
    ] {
      world.exporter.behaviour = behaviour
      world.record(1)
      _ = await world.export.flush(within: .seconds(3600))
      #expect(world.said.withLock { $0.count } == lines, "\(behaviour): \(world.said.withLock { $0 })")
    }
    await world.export.shutdown(within: .zero)
  }

  @Test("leaves nothing when it is forgotten")
  func forgotten() async throws {
    final class Left: Sendable {
      weak let loop: EventLoop?
      weak let queue: SpanQueue?

      init(_ world: TestExport) {
        loop = world.loop
        queue = world.tracer.queue
      }
    }
    let left: Left
    do {
      let world = try TestExport()
      world.exporter.behaviour = .isABlackHole
      world.record(600)
      _ = await eventually { !world.exporter.requests.isEmpty }
      left = Left(world)
      #expect(left.loop != nil && left.queue != nil)
    }
    #expect(await eventually { left.loop == nil && left.queue == nil })
  }
}

extension EventLoop {
  /// Lets everything run that is due.
  func turn() async -> Bool { answer(by: execute) { true } }
}
