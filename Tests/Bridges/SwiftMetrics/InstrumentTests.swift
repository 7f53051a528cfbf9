// Is what is recorded by swift-metrics what a scrape shows?

#if SwiftMetrics
  import MailObservability
  import MailObservabilitySwiftMetrics
  import Metrics
  import MetricInstruments
  import Testing

  @Suite("Instruments of SwiftMetrics")
  struct InstrumentTests {
    private typealias Counter = CoreMetrics.Counter
    private typealias Gauge = CoreMetrics.Gauge
    private typealias Timer = CoreMetrics.Timer

    @Test("count, exactly, and fractions beside")
    func counters() async throws {
      let fixture = try Fixture()
      let counter = Counter(label: "hits", dimensions: [("a", "1")], factory: fixture.factory)
      counter.increment()
      counter.increment(by: 41)
      let fractions = FloatingPointCounter(
        label: "hits", dimensions: [("a", "1")], factory: fixture.factory)
      fractions.increment(by: 0.5)
      #expect(await fixture.samples("hits") == ["hits_total{a=\"1\"} 42.5"])
      Counter(label: "big", factory: fixture.factory).increment(by: Int64.max - 1)
      #expect(await fixture.samples("big") == ["big_total 9223372036854775806"])
      #expect(await fixture.registry.text().contains("# TYPE hits_total counter"))
    }

    @Test("measure: gauges, meters and recorders that do not aggregate are one kind")
    func gauges() async throws {
      let fixture = try Fixture()
      Gauge(label: "depth", factory: fixture.factory).record(3)
      let meter = Meter(label: "depth", factory: fixture.factory)
      meter.increment(by: 2.5)
      meter.decrement()
      #expect(await fixture.registry.value("depth") == 4.5)
      meter.set(7)
      #expect(await fixture.registry.value("depth") == 7)
      meter.set(-1.5)
      Recorder(label: "depth", dimensions: [("a", "1")], aggregate: false, factory: fixture.factory).record(9)
      #expect(await fixture.samples("depth") == ["depth -1.5", "depth{a=\"1\"} 9"])
      #expect(fixture.messages == [])
    }

    @Test("aggregate in the buckets of their label, or those of their kind")
    func recorders() async throws {
      let fixture = try Fixture {
        $0.recorderBuckets = [1, 10]
        $0.buckets = ["reply.size": [100, 1000], "wrong": [2, 1], "lookup": [0.5]]
      }
      let recorder = Recorder(label: "reply.size", factory: fixture.factory)
      recorder.record(100)
      recorder.record(100.5)
      Recorder(label: "other", factory: fixture.factory).record(5)
      Recorder(label: "wrong", factory: fixture.factory).record(5)
      Timer(label: "lookup", factory: fixture.factory).recordMilliseconds(500)
      for (bound, count) in [("100", 1.0), ("1000", 2), ("+Inf", 2)] {
        #expect(await fixture.registry.value("reply_size_bucket", ["le": bound]) == count, "\(bound)")
      }
      #expect(await fixture.registry.value("reply_size_sum") == 200.5)
      #expect(await fixture.registry.value("other_bucket", ["le": "10"]) == 1)
      #expect(await fixture.registry.value("wrong_bucket", ["le": "10"]) == 1)
      #expect(await fixture.registry.value("lookup_seconds_bucket", ["le": "0.5"]) == 1)
      #expect(
        fixture.messages == [
          "swift-metrics: wrong: bucket bounds must be strictly ascending; other buckets take their place"
        ])
    }

    @Test("aggregate in buckets of the library where none that were given can be")
    func wrongBuckets() async throws {
      let fixture = try Fixture {
        $0.recorderBuckets = []
        $0.timerBuckets = [.nan]
      }
      Recorder(label: "size", factory: fixture.factory).record(5)
      Timer(label: "time", factory: fixture.factory).recordSeconds(1)
      #expect(await fixture.registry.value("size_bucket", ["le": "5"]) == 1)
      #expect(await fixture.registry.value("time_seconds_bucket", ["le": "1"]) == 1)
      #expect(fixture.messages.count == 2)
    }

    @Test(
      "time in seconds, whatever unit is preferred",
      arguments: [TimeUnit.nanoseconds, .milliseconds, .seconds, .days])
    func timers(unit: TimeUnit) async throws {
      let fixture = try Fixture()
      let timer = Timer(label: "lookup", preferredDisplayUnit: unit, factory: fixture.factory)
      timer.recordMilliseconds(5)
      timer.recordSeconds(1)
      timer.record(duration: .milliseconds(250))
      #expect(await fixture.registry.value("lookup_seconds_sum") == 1.255)
      // A bound is part of its bucket.
      #expect(await fixture.registry.value("lookup_seconds_bucket", ["le": "0.005"]) == 1)
      #expect(await fixture.registry.value("lookup_seconds_bucket", ["le": "0.25"]) == 2)
      #expect(await fixture.registry.value("lookup_seconds_bucket", ["le": "1"]) == 3)
      #expect(await fixture.registry.text(.openMetrics).contains("# UNIT lookup_seconds seconds"))
    }

    @Test("put each bound of the usual buckets into its own bucket")
    func boundsOfTimers() async throws {
      for bound in BucketBounds.shortLatency.values {
        let fixture = try Fixture { $0.timerBuckets = [bound] }
        Timer(label: "t", factory: fixture.factory).recordNanoseconds(Int64((bound * 1e9).rounded()))
        #expect(await fixture.samples("t_seconds_bucket").first?.hasSuffix(" 1") == true, "\(bound)")
      }
    }

    @Test("refuse what makes no sense, and count it")
    func hostile() async throws {
      let fixture = try Fixture()
      let counter = Counter(label: "c", factory: fixture.factory)
      for amount in [-1, Int64.min] { counter.increment(by: amount) }
      let fractions = FloatingPointCounter(label: "c", factory: fixture.factory)
      for amount in [-0.5, .nan, .infinity, -.infinity] { fractions.increment(by: amount) }
      counter.increment(by: Int64.max)
      counter.increment(by: Int64.max)
      #expect(await fixture.samples("c_total") == ["c_total 9223372036854775807"])
      let meter = Meter(label: "m", factory: fixture.factory)
      for value in [Double.nan, .infinity] {
        meter.set(value)
        meter.increment(by: value)
        meter.decrement(by: value)
      }
      meter.set(Int64.min)
      #expect(await fixture.registry.value("m") == Double(Int64.min))
      let recorder = Recorder(label: "r", factory: fixture.factory)
      for value in [Double.nan, .infinity, -1] { recorder.record(value) }
      recorder.record(Int64.min)
      recorder.record(Int64.max)
      #expect(await fixture.registry.value("r_count") == 1)
      let timer = Timer(label: "t", factory: fixture.factory)
      timer.recordNanoseconds(Int64.min)
      timer.recordNanoseconds(-1)
      timer.recordSeconds(Int64.max)
      #expect(await fixture.registry.value("t_seconds_count") == 1)
      let rejected = ["negative": 7, "not_finite": 11, "too_large": 1]
      for (reason, count) in rejected {
        #expect(
          await fixture.registry.value("observability_rejected_total", ["reason": "\(reason)"])
            == Double(count), "\(reason)")
      }
    }

    @Test("have the trace of the current span as exemplars")
    func exemplars() async throws {
      let metrics = try MetricsCollector(version: "1.0.0")
      try metrics.startTracing(TracingConfig(serviceName: "mx1"))
      let factory = try RegistryMetricsFactory(metrics.registry)
      let timer = Timer(label: "lookup", factory: factory)
      let counter = Counter(label: "bytes", factory: factory)
      let found = metrics.tracing.withSpan(.smtp(.data)) { span in
        timer.recordMilliseconds(3)
        counter.increment(by: 10)
        return span.context.map { "\($0.traceID)" }
      }
      let trace = try #require(found)
      let text = await metrics.registry.text(.openMetrics)
      let lines = text.split(separator: "\n").filter { $0.contains("trace_id=\"\(trace)\"") }
      #expect(lines.count == 2)
      #expect(lines.contains { $0.hasPrefix("rusmes_lookup_seconds_bucket{le=\"0.005\"} 1 # {") })
      #expect(lines.contains { $0.hasPrefix("rusmes_bytes_total 10 # {") })
      await metrics.tracing.shutdown(within: .zero)
    }
  }
#endif
