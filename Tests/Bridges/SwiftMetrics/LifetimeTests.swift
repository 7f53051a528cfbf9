// When does a series of swift-metrics go, and what does a counter that is reset show?

#if SwiftMetrics
  import MailObservability
  import MailObservabilitySwiftMetrics
  import Metrics
  import MetricInstruments
  import MetricsTestKit
  import TestSupport
  import Testing

  @Suite("Lifetimes of SwiftMetrics")
  struct LifetimeTests {
    private typealias Counter = CoreMetrics.Counter
    private typealias Timer = CoreMetrics.Timer

    @Test("end with the last handle, once one was destroyed")
    func destroyed() async throws {
      let fixture = try Fixture()
      let first = Counter(label: "hits", dimensions: [("a", "1")], factory: fixture.factory)
      let second = FloatingPointCounter(label: "hits", dimensions: [("a", "1")], factory: fixture.factory)
      Counter(label: "hits", dimensions: [("a", "2")], factory: fixture.factory).increment()
      first.increment()
      first.destroy()
      first.destroy()
      second.increment()
      #expect(await fixture.registry.value("hits_total", ["a": "1"]) == 2)
      second.destroy()
      #expect(await fixture.samples("hits_total") == ["hits_total{a=\"2\"} 1"])
      first.increment()
      #expect(
        await fixture.registry.value("observability_rejected_total", ["reason": "removed_series"]) == 1)
      Counter(label: "hits", dimensions: [("a", "1")], factory: fixture.factory).increment(by: 5)
      #expect(await fixture.registry.value("hits_total", ["a": "1"]) == 5)
    }

    @Test("do not end with handles that merely go away")
    func undestroyed() async throws {
      let fixture = try Fixture()
      for _ in 0..<3 { Counter(label: "hits", factory: fixture.factory).increment() }
      #expect(await fixture.registry.value("hits_total") == 3)
      // The others are gone, so this is the last.
      Counter(label: "hits", factory: fixture.factory).destroy()
      #expect(await fixture.samples("hits_total") == [])
    }

    @Test("end when the handle goes away that another one was destroyed beside, unless one was made since")
    func pending() async throws {
      let fixture = try Fixture()
      do {
        let held = Meter(label: "depth", factory: fixture.factory)
        Meter(label: "depth", factory: fixture.factory).destroy()
        held.set(1)
        #expect(await fixture.samples("depth") == ["depth 1"])
      }
      #expect(await fixture.samples("depth") == [])
      do {
        let held = Meter(label: "depth", factory: fixture.factory)
        Meter(label: "depth", factory: fixture.factory).destroy()
        Meter(label: "depth", factory: fixture.factory).set(2)
        _ = held
      }
      #expect(await fixture.samples("depth") == ["depth 2"])
    }

    @Test(
      "of every kind end by destroying, also behind a multiplexer, and other factories' handlers are let be")
    func kinds() async throws {
      let fixture = try Fixture()
      let both = MultiplexMetricsHandler(factories: [
        TestMetrics(), fixture.factory, NOOPMetricsHandler.instance,
      ])
      for factory in [fixture.factory as any MetricsFactory, both] {
        let counter = Counter(label: "a", factory: factory)
        let fractions = FloatingPointCounter(label: "b", factory: factory)
        let meter = Meter(label: "c", factory: factory)
        let recorder = Recorder(label: "d", factory: factory)
        let timer = Timer(label: "e", factory: factory)
        let gauge = CoreMetrics.Gauge(label: "f", factory: factory)
        counter.increment()
        fractions.increment()
        meter.increment()
        recorder.record(1)
        timer.recordSeconds(1)
        gauge.record(1)
        for name in ["a_total", "b_total", "c", "d_count", "e_seconds_count", "f"] {
          #expect(await fixture.registry.value(name) == 1, "\(name)")
        }
        counter.destroy()
        fractions.destroy()
        meter.destroy()
        recorder.destroy()
        timer.destroy()
        gauge.destroy()
        for name in ["a_total", "b_total", "c", "d_count", "e_seconds_count", "f"] {
          #expect(await fixture.registry.value(name) == nil, "\(name)")
        }
      }
      let stranger = TestMetrics().makeCounter(label: "a", dimensions: [])
      fixture.factory.destroyCounter(stranger)
    }

    @Test("of what went to other do not end it")
    func overflow() async throws {
      let fixture = try Fixture { $0.seriesLimit = 1 }
      let kept = Counter(label: "hits", dimensions: [("a", "1")], factory: fixture.factory)
      kept.increment()
      let beyond = Counter(label: "hits", dimensions: [("a", "2")], factory: fixture.factory)
      beyond.increment()
      beyond.destroy()
      #expect(await fixture.registry.value("hits_total", ["a": "other"]) == 1)
      kept.destroy()
      Counter(label: "hits", dimensions: [("a", "3")], factory: fixture.factory).increment()
      #expect(await fixture.registry.value("hits_total", ["a": "3"]) == 1)
    }

    @Test("end with a family that the host takes out, and nothing ends with it")
    func unregistered() async throws {
      let fixture = try Fixture()
      let counter = Counter(label: "hits", factory: fixture.factory)
      counter.increment()
      #expect(fixture.registry.unregister("hits_total"))
      counter.increment()
      Counter(label: "hits", factory: fixture.factory).increment()
      counter.reset()
      counter.destroy()
      #expect(await fixture.samples("hits") == [])
      #expect(
        await fixture.registry.value("observability_rejected_total", ["reason": "removed_series"]) == 2)
    }

    @Test("of counters begin again at 0 by a reset, which loses no amount after it")
    func reset() async throws {
      let fixture = try Fixture()
      let counter = Counter(label: "hits", factory: fixture.factory)
      let fractions = FloatingPointCounter(label: "hits", factory: fixture.factory)
      counter.increment(by: 7)
      fractions.increment(by: 0.5)
      counter.reset()
      #expect(await fixture.samples("hits_total") == ["hits_total 0"])
      counter.increment(by: 3)
      fractions.increment(by: 0.25)
      #expect(await fixture.samples("hits_total") == ["hits_total 3.25"])
      fractions.reset()
      counter.increment()
      #expect(await fixture.samples("hits_total") == ["hits_total 1"])
    }
  }

  @Suite("Threads of SwiftMetrics")
  struct ThreadTests {
    @Test("that make, record, reset and destroy at once lose nothing that is held", arguments: [4])
    func together(threads: Int) async throws {
      let fixture = try Fixture { $0.labelLimit = 60 }
      let held = CoreMetrics.Counter(label: "held", factory: fixture.factory)
      await onThread {
        onThreads(threads) { thread in
          for round in 0..<300 {
            CoreMetrics.Counter(label: "held", factory: fixture.factory).increment()
            let short = CoreMetrics.Counter(
              label: "short", dimensions: [("a", "\(round % 3)")], factory: fixture.factory)
            short.increment()
            if round % 5 == 0 { short.reset() }
            short.destroy()
            let own = CoreMetrics.Meter(
              label: "own", dimensions: [("thread", "\(thread)"), ("n\(round % 40)", "x")],
              factory: fixture.factory)
            own.increment()
            CoreMetrics.Timer(label: "t\(round % 100)", factory: fixture.factory).recordNanoseconds(5)
            fixture.factory.makeRecorder(label: "held", dimensions: [], aggregate: true).record(1.0)
            if round % 50 == 0 { _ = waiting { await fixture.registry.text(.openMetrics) } }
          }
        }
      }
      #expect(await fixture.registry.value("held_total") == Double(300 * threads))
      held.destroy()
      #expect(await fixture.samples("held_total") == [])
      #expect(await fixture.samples("short_total") == [])
      #expect(await fixture.registry.value("t5_seconds_count") == Double(3 * threads))
      // "held", "short", "own" and the refused "held" are labels too.
      #expect(await fixture.lost("label_limit") == Double(44 * 3 * threads))
      #expect(await fixture.lost("conflict") == Double(300 * threads))
    }

    @Test("that destroy and make again what another one holds lose nothing, and the series stays")
    func destroyedBeside() async throws {
      let fixture = try Fixture()
      let held = CoreMetrics.Counter(label: "held", dimensions: [("a", "1")], factory: fixture.factory)
      await onThread {
        onThreads(4) { _ in
          for round in 0..<1000 {
            let own = CoreMetrics.Counter(
              label: "held", dimensions: [("a", "1")], factory: fixture.factory)
            own.increment()
            held.increment()
            if round % 2 == 0 { own.destroy() }
          }
        }
      }
      #expect(await fixture.registry.value("held_total", ["a": "1"]) == 8000)
      #expect(
        await fixture.registry.value("observability_rejected_total", ["reason": "removed_series"]) == 0)
      held.destroy()
      #expect(await fixture.samples("held_total") == [])
    }
  }
#endif
