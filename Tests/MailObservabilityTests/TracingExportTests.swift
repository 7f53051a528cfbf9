// Do spans leave the process as they should, and does the process not notice when they cannot?

@testable import MailObservability
@testable import MetricInstruments
@testable import ObservabilitySockets
@testable import OTLPExport
import ObservabilityPlatform
import Synchronization
import TestSupport
import Testing
@testable import TraceSpans

@Suite("Export of a mail server's spans")
struct TracingExportTests {
  private static func config(
    to server: RawServer, _ change: (inout TracingConfig) -> Void = { _ in }
  ) -> TracingConfig {
    var config = TracingConfig(serviceName: "mx1")
    config.endpoint = "http://127.0.0.1:\(server.port)"
    // In real time it has to be enough for the slowest machine.
    config.exportTimeout = .seconds(3600)
    change(&config)
    return config
  }

  private static let accepted = Array("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n".utf8)

  private static func outcomes(_ metrics: MetricsCollector) async -> [String: Double] {
    var counts: [String: Double] = [:]
    for outcome in [
      "not_sampled", "ended", "abandoned", "exported", "rejected", "dropped_queue", "dropped_export",
      "dropped_shutdown",
    ] {
      counts[outcome] = await metrics.registry.value("rusmes_observability_spans_total", ["outcome": outcome])
    }
    return counts
  }

  @Test("counts the ticks of exemplars, where no server does")
  func exemplarTicks() async throws {
    let server = RawServer { _ in .answer(Self.accepted) }
    let metrics = try MetricsCollector()
    #expect(metrics.registry.context.exemplarSource.tick == 0)
    try metrics.startTracing(Self.config(to: server))
    #expect(metrics.registry.context.exemplarSource.tick != 0)
    await metrics.tracing.shutdown(within: .seconds(3600))
    #expect(metrics.registry.context.exemplarSource.tick == 0)
  }

  @Test("reach the collector with what the host has said of itself, and are counted once")
  func exported() async throws {
    let bodies = Locked<[[UInt8]]>([])
    let server = RawServer { request in
      bodies.withLock { $0.append(request.body) }
      return .answer(Self.accepted)
    }
    let metrics = try MetricsCollector(version: "4.5.6")
    try metrics.startTracing(
      Self.config(to: server) {
        $0.batchSize = 100
        $0.resourceAttributes = ["deployment.environment.name": "staging", "service.name": "not this"]
        $0.sampling = .parentBased(.alwaysOn, remoteNotSampled: .alwaysOff)
      })
    for _ in 0..<250 { metrics.tracing.withSpan(.smtp(.data)) { _ in } }
    _ = metrics.tracing.startSpan(.smtp(.data), parent: .none)
    #expect(await metrics.tracing.flush(within: .seconds(3600)))
    let late = metrics.tracing.startSpan(.smtp(.quit), parent: .none)
    metrics.tracing.withSpan(.smtp(.noop)) { _ in }
    await metrics.tracing.shutdown(within: .seconds(3600))
    late.end()
    let counts = await Self.outcomes(metrics)
    #expect(counts["exported"] == 251 && counts["abandoned"] == 1 && counts["dropped_shutdown"] == 1)
    #expect(counts.values.reduce(0, +) == 253)
    #expect(await metrics.registry.value("rusmes_observability_export_queue_spans") == 0)
    let exports = await metrics.registry.value(
      "rusmes_observability_exports_total", ["signal": "traces", "result": "success"])
    #expect(exports == Double(server.requests) && server.requests >= 3)
    #expect(
      await metrics.registry.value("rusmes_observability_export_duration_seconds_count")
        == Double(server.requests))
    let body = try #require(bodies.withLock { $0.first })
    for text in ["mx1", "4.5.6", "deployment.environment.name", "staging", "SMTP DATA"] {
      #expect(String(decoding: body, as: UTF8.self).firstRange(ofText: text) != nil, "\(text)")
    }
    #expect(String(decoding: body, as: UTF8.self).firstRange(ofText: "not this") == nil)
    server.stop()
  }

  @Test("do not keep probes and scrapes waiting while a collector does")
  func blackHole() async throws {
    let collector = RawServer { _ in .hang }
    let metrics = try MetricsCollector()
    let server = try await metrics.startHTTPServer(MetricsConfig(bindAddress: "127.0.0.1:0"))
    let address = try #require(server.boundAddress)
    try metrics.startTracing(Self.config(to: collector))
    for _ in 0..<5000 { metrics.tracing.withSpan(.smtp(.data)) { _ in } }
    #expect(await eventually { collector.requests == 1 })
    let live = await onThread { HTTPClient.get("/live", at: address) }
    #expect(live?.status == 200)
    let scrape = await onThread { HTTPClient.get("/metrics", at: address) }
    #expect(
      scrape?.status == 200 && scrape?.body.contains("rusmes_observability_export_queue_spans ") == true)
    await metrics.tracing.shutdown(within: .zero)
    let counts = await Self.outcomes(metrics)
    #expect(counts["exported"] == 0)
    #expect(try #require(counts["dropped_queue"]) + #require(counts["dropped_shutdown"]) == 5000)
    // And the connection is gone with it.
    #expect(await eventually { await metrics.tracing.flush() })
    await server.shutdown(gracePeriod: .zero)
    collector.stop()
  }

  @Test("end with a service that waits for its end, exporter or not", arguments: [true, false])
  func run(exports: Bool) async throws {
    let server = RawServer { _ in .answer(Self.accepted) }
    for isCancelled in [true, false] {
      let metrics = try MetricsCollector()
      try metrics.startTracing(Self.config(to: server) { if !exports { $0.exporter = .none } })
      let hasEnded = Flag()
      let service = Task {
        await metrics.tracing.run(shutdownWithin: .seconds(3600))
        hasEnded.set()
      }
      metrics.tracing.withSpan(.smtp(.data)) { _ in }
      for _ in 0..<50 { await Task.yield() }
      #expect(!hasEnded.isSet, "a service that returns ends its group")
      if isCancelled { service.cancel() } else { await metrics.tracing.shutdown(within: .seconds(3600)) }
      await service.value
      #expect(!metrics.tracing.tracer.isStarted)
      let counts = await Self.outcomes(metrics)
      #expect(counts[exports ? "exported" : "ended"] == 1)
      // One that comes late has nothing to wait for.
      await metrics.tracing.run()
    }
    server.stop()
  }

  @Test("do not begin after the end, which a service would take for its own")
  func endBeforeTheStart() async throws {
    let metrics = try MetricsCollector()
    await metrics.tracing.shutdown()
    await metrics.tracing.run()
    #expect(throws: MetricsConfigError.self) { try metrics.startTracing(TracingConfig(serviceName: "mx1")) }
    #expect(metrics.tracing.startSpan(.smtp(.data)).context == nil)
  }

  @Test(
    "leave nothing behind when the end comes while they begin, whichever is first", arguments: [true, false])
  func startAgainstEnd(exports: Bool) async throws {
    for round in 0..<200 {
      let metrics = try MetricsCollector()
      var config = TracingConfig(serviceName: "mx1")
      // Nobody is asked for it, so nobody has to be there.
      config.endpoint = "http://127.0.0.1:1"
      config.exporter = exports ? .otlp : .none
      let started = Flag()
      let arrivals = FlagCount()
      await onThread { [config] in
        onThreads(2) { thread in
          arrivals.add()
          while arrivals.value < 2 { sched_yield() }
          if thread == 0 {
            if (try? metrics.startTracing(config)) != nil { started.set() }
          } else {
            // Later in one round than in another, from before the start to after it.
            for _ in 0..<(round % 50 * 40) { sched_yield() }
            waiting { await metrics.tracing.shutdown(within: .zero) }
          }
        }
      }
      let tracing = metrics.tracing
      #expect(!tracing.tracer.isStarted && tracing.startSpan(.smtp(.data)).context == nil)
      #expect(started.isSet || tracing.export.current == nil)
      #expect(tracing.export.current?.core.loop.isShutDown ?? true, "round \(round): the thread is left")
      #expect(metrics.registry.context.exemplarSource.tick == 0)
      #expect(throws: MetricsConfigError.self) { try metrics.startTracing(config) }
    }
  }

  @Test("leave nothing behind when nobody ends them, nor when they cannot begin")
  func forgotten() async throws {
    let server = RawServer { _ in .hang }
    final class Left: Sendable {
      weak let export: SpanExport?
      weak let queue: SpanQueue?

      init(_ tracing: MailTracing) {
        export = tracing.export.current
        queue = tracing.tracer.queue
      }
    }
    let left: Left
    do {
      let metrics = try MetricsCollector()
      try metrics.startTracing(Self.config(to: server))
      #expect(throws: MetricsConfigError.self) { try metrics.startTracing(Self.config(to: server)) }
      for _ in 0..<600 { metrics.tracing.withSpan(.smtp(.data)) { _ in } }
      #expect(await eventually { server.requests == 1 })
      left = Left(metrics.tracing)
      #expect(left.export != nil && left.queue != nil)
    }
    #expect(await eventually { left.export == nil && left.queue == nil })
    let metrics = try MetricsCollector()
    _ = try metrics.registry.register(.counter("observability_exports_total", help: "The host's own."))
    #expect(throws: MetricsConfigError.self) { try metrics.startTracing(Self.config(to: server)) }
    #expect(metrics.tracing.startSpan(.smtp(.data)).context == nil)
    server.stop()
  }

  @Test("ask nothing of the host on the thread that takes them away")
  func exemplarSource() async throws {
    let server = RawServer { _ in .answer(Self.accepted) }
    let metrics = try MetricsCollector()
    try metrics.startTracing(Self.config(to: server))
    let isAsked = Flag()
    metrics.registry.setExemplarSource {
      isAsked.set()
      return nil
    }
    metrics.tracing.withSpan(.smtp(.data)) { _ in }
    #expect(await metrics.tracing.flush(within: .seconds(3600)))
    #expect(await metrics.registry.value("rusmes_observability_export_duration_seconds_count") == 1)
    #expect(!isAsked.isSet)
    await metrics.tracing.shutdown(within: .seconds(3600))
    server.stop()
  }

  @Test("are not what the library's own observations belong to, for which nobody of the host's is asked")
  func ownObservations() async throws {
    let metrics = try MetricsCollector()
    let collector = RawServer { _ in .answer(Self.accepted) }
    try metrics.startTracing(Self.config(to: collector))
    let isAsked = Flag()
    metrics.registry.setExemplarSource {
      isAsked.set()
      return TraceSpan.current?.context.map { ["trace_id": $0.traceID.description] }
    }
    // What is current here goes on in the tasks of what is started here.
    let (server, watch) = try await metrics.tracing.withSpan(.smtp(.data)) { _ in
      (
        try await metrics.startHTTPServer(MetricsConfig(bindAddress: "127.0.0.1:0")),
        try metrics.watchExecutor(threshold: .seconds(1_000_000))
      )
    }
    let address = try #require(server.boundAddress)
    for histogram in [
      "observability_scrape_duration_seconds", "executor_delay_seconds",
      "observability_export_duration_seconds",
    ] {
      #expect(
        await eventually {
          _ = await onThread { HTTPClient.get("/metrics", at: address) }
          metrics.tracing.withSpan(.smtp(.data)) { _ in }
          _ = await metrics.tracing.flush(within: .seconds(3600))
          return await metrics.registry.value("rusmes_\(histogram)_count") ?? 0 > 0
        }, "\(histogram)")
    }
    #expect(!isAsked.isSet)
    watch.end()
    await server.shutdown(gracePeriod: .zero)
    await metrics.tracing.shutdown(within: .seconds(3600))
    collector.stop()
  }

  @Test("that have ended leave after a stop, too")
  func stop() async throws {
    let server = RawServer { _ in .answer(Self.accepted) }
    let metrics = try MetricsCollector()
    try metrics.startTracing(Self.config(to: server) { $0.batchDelay = .seconds(3600) })
    metrics.tracing.withSpan(.smtp(.data)) { _ in }
    metrics.stopTracing()
    #expect(await eventually { server.requests == 1 })
    await metrics.tracing.shutdown(within: .seconds(3600))
    #expect(await Self.outcomes(metrics)["exported"] == 1)
    server.stop()
  }

  @Test("are spoken of in the log when they cannot leave, without the secret")
  func log() async throws {
    let heard = Locked<[LogMessage]>([])
    let server = RawServer { _ in
      .answer(Array("HTTP/1.1 401 Unauthorized\r\nContent-Length: 0\r\n\r\n".utf8))
    }
    let metrics = try MetricsCollector()
    try metrics.startTracing(
      Self.config(to: server) {
        $0.headers = ["Authorization": "Bearer geheim"]
        $0.log = { message in heard.withLock { $0.append(message) } }
      })
    for _ in 0..<3 {
      metrics.tracing.withSpan(.smtp(.data)) { _ in }
      #expect(await !metrics.tracing.flush(within: .seconds(3600)))
    }
    await metrics.tracing.shutdown(within: .zero)
    #expect(await eventually { !heard.withLock { $0.isEmpty } })
    let messages = heard.withLock { $0 }
    #expect(messages.map(\.text) == ["spans cannot be exported: the collector has answered 401"])
    #expect(messages.first?.level == .warning)
    server.stop()
  }
}
