// Does the host hear of what matters, once, and never on a thread that others need?

import TestSupport
import ObservabilityPlatform
import HealthProbes
import MetricInstruments
import Testing

@testable import MailObservability

@Suite("What is logged")
struct LogTests {
  private func texts(_ messages: [LogMessage]) -> [String] { messages.map(\.text) }

  @Test("repeats are shown once a window, with how many there were, and so is what goes on for ever")
  func repeats() {
    var throttle = LogThrottle()
    var shown: [String] = []
    // 412 more of one message within a window, and one of another.
    for index in 0..<413 {
      shown += texts(throttle.take(LogMessage(.warning, "disk: full"), at: .milliseconds(index)))
    }
    shown += texts(throttle.take(LogMessage(.warning, "queue: long"), at: .seconds(1)))
    #expect(shown == ["disk: full", "queue: long"])
    #expect(throttle.nextFlush == .seconds(10))
    #expect(texts(throttle.flush(at: .seconds(9))).isEmpty)
    #expect(texts(throttle.flush(at: .seconds(10))) == ["disk: full (and 411 like it)"])
    for index in 0..<5 {
      #expect(throttle.take(LogMessage(.warning, "disk: full"), at: .seconds(11 + index)).isEmpty)
    }
    #expect(
      texts(throttle.take(LogMessage(.warning, "disk: full"), at: .seconds(20))) == [
        "disk: full (and 4 like it)"
      ])
    // After a quiet window it is news again.
    #expect(texts(throttle.flush(at: .seconds(30))) == ["disk: full"])
    #expect(throttle.flush(at: .seconds(40)).isEmpty)
    #expect(throttle.nextFlush == nil)
    #expect(texts(throttle.take(LogMessage(.warning, "disk: full"), at: .seconds(41))) == ["disk: full"])
  }

  @Test("a few different messages about one thing are shown, and a thousand are not")
  func differentReasons() {
    var throttle = LogThrottle()
    var shown: [String] = []
    for index in 0..<1000 {
      shown += texts(throttle.take(LogMessage(.warning, "collector x: \(index)"), at: .zero))
    }
    #expect(shown.count == LogThrottle.burst)
    #expect(texts(throttle.flush(at: nil)) == ["collector x: 999 (and 994 like it)"])
  }

  @Test("messages about ever other things are bounded as well, in number and in memory")
  func manyKinds() {
    var throttle = LogThrottle()
    var shown = 0
    for index in 0..<10_000 {
      shown += throttle.take(LogMessage(.warning, "collector \(index): broken"), at: .zero).count
    }
    #expect(shown <= LogThrottle.mostWindows + LogThrottle.burst)
    #expect(throttle.flush(at: nil).count == 1)
  }

  @Test(
    "a message is one line of printable text, whatever it was made of",
    arguments: [
      ("plain: é 漢字 👩‍👧 \\n", "plain: é 漢字 👩‍👧 \\n"),
      ("a\nb\r\nc\rd\te", "a\\nb\\r\\nc\\rd\\te"),
      ("\u{0}\u{B}\u{C}\u{1B}[2J\u{7F}", "\\u{0}\\u{B}\\u{C}\\u{1B}[2J\\u{7F}"),
      // What is a line's end to some, and a terminal's control sequence.
      ("\u{85}\u{9B}\u{2028}\u{2029}", "\\u{85}\\u{9B}\\u{2028}\\u{2029}"),
      ("", ""),
    ])
  func lines(text: String, line: String) {
    #expect(LogMessage(.info, text).text == line)
    // Once is enough.
    #expect(LogMessage(.info, line).text == line)
  }

  @Test("a message is cut at four kibibytes, and still says how many others there were")
  func length() {
    let whole = String(repeating: "é", count: LogMessage.maximumLength / 2)
    #expect(LogMessage(.info, whole).text == whole)
    for longer in [whole + "x", String(repeating: "\n", count: 1_000_000)] {
      let cut = LogMessage(.info, longer)
      #expect(LogMessage.maximumLength - 5...LogMessage.maximumLength ~= cut.text.utf8.count)
      #expect(cut.text.hasSuffix("…"))
      #expect(cut.standing(forOthers: 7).text == cut.text + " (and 7 like it)")
    }
  }

  @Test("every message is shown or counted, whatever comes when")
  func nothingIsLost() {
    let seed = UInt64.random(in: 0 ... .max)
    var generator = SeededGenerator(seed: seed)
    var throttle = LogThrottle()
    var now = Duration.zero
    var sent = 0
    var told = 0
    func tell(_ messages: [LogMessage]) {
      for message in messages {
        let parts = message.text.split(separator: " ")
        let others = message.text.contains("(and ") ? Int(parts[parts.count - 3]) ?? .min : 0
        told += 1 + others
      }
    }
    for _ in 0..<20_000 {
      now += .milliseconds(Int.random(in: 0...200, using: &generator))
      let text =
        "thing \(Int.random(in: 0..<400, using: &generator)): \(Int.random(in: 0..<9, using: &generator))"
      sent += 1
      tell(throttle.take(LogMessage(.info, text), at: now))
      if Int.random(in: 0..<50, using: &generator) == 0 { tell(throttle.flush(at: now)) }
    }
    tell(throttle.flush(at: nil))
    #expect(told == sent, "seed \(seed)")
  }

  @Test("a logger that blocks holds up nobody, and hears later of how many messages it missed")
  func blockingLogger() async {
    let clock = ManualClock()
    let isOpen = Flag()
    let log = LogRecorder()
    let delivery = LogDelivery(
      to: { message in
        isOpen.waitBlocking()
        log.record(message)
      }, timer: clock, now: { clock.elapsed })
    let count = LogDelivery.queueLimit * 2
    // Returns although the host's closure does not.
    for index in 0..<count { delivery.send(.warning, "thing \(index): broken") }
    isOpen.set()
    #expect(await eventually { log.messages.count >= LogDelivery.queueLimit })
    clock.advance(by: LogThrottle.window)
    #expect(await eventually { log.messages.contains { $0.text.hasSuffix("like it)") } })
    #expect(clock.pendingCalls <= 1)
    delivery.send(.warning, "thing 0: again")
    delivery.end()
    #expect(clock.pendingCalls == 0)
  }

  @Test("messages come in order, one at a time, on a thread of their own")
  func order() async {
    let log = LogRecorder()
    let busy = Locked(0)
    let most = Locked(0)
    let delivery = LogDelivery(
      to: { message in
        let now = busy.withLock { busy -> Int in
          busy += 1
          return busy
        }
        most.withLock { $0 = max($0, now) }
        usleep(100)
        busy.withLock { $0 -= 1 }
        log.record(message)
      }, timer: ManualClock(), now: { .zero })
    let sent = (0..<100).map { "thing \($0): broken" }
    for text in sent { delivery.send(.info, text) }
    #expect(await eventually { log.messages.count == 100 })
    #expect(texts(log.messages) == sent)
    #expect(most.withLock { $0 } == 1)
  }

  struct Broken: Error, CustomStringConvertible { let description = "the collector is broken" }

  struct BrokenCollector: Collector {
    let name = "broken"
    func collect() async throws -> [CollectedFamily] { throw Broken() }
  }

  @Test("probes are answered and scrapes end while the logger blocks, and 200 scrapes are not 200 lines")
  func blockedServer() async throws {
    let metrics = try MetricsCollector()
    try metrics.registry.add(BrokenCollector())
    let isOpen = Flag()
    let log = LogRecorder()
    var config = MetricsConfig.patient
    config.log = { message in
      isOpen.waitBlocking()
      log.record(message)
    }
    let server = try await metrics.startHTTPServer(config)
    let address = try #require(server.boundAddress)
    for _ in 0..<200 {
      #expect(await onThread { HTTPClient.get("/metrics", at: address) }?.status == 200)
      #expect(await onThread { HTTPClient.get("/live", at: address) }?.status == 200)
    }
    #expect(log.messages.isEmpty)
    isOpen.set()
    await server.shutdown()
    #expect(await eventually { log.messages.contains { $0.text.hasSuffix("like it)") } })
    let lines = log.messages.filter { $0.text.hasPrefix("collector broken: the collector is broken") }
    // A line a window of ten seconds, however long the test takes on a slow machine.
    #expect(lines.count < 100)
  }

  @Test("a check is logged when it turns and when it comes back, and not at every run")
  func transitions() async throws {
    let state = Locked(HealthResult.pass)
    let metrics = try MetricsCollector()
    try metrics.health.add(
      HealthCheck("storage", mode: .onDemand, deadline: .seconds(600), period: .milliseconds(1)) {
        state.withLock { $0 }
      })
    let log = LogRecorder()
    var config = MetricsConfig.patient
    config.log = log.record
    config.executorThreshold = nil
    let server = try await metrics.startHTTPServer(config)
    let address = try #require(server.boundAddress)
    let results: [HealthResult] = [
      .pass, .fail("gone"), .fail("gone"), .fail("still gone"), .warn("slow"), .warn("slow"), .pass, .pass,
    ]
    for result in results {
      state.withLock { $0 = result }
      try await Task.sleep(for: .milliseconds(2))
      let isStored = await eventually {
        _ = await onThread { HTTPClient.get("/ready", at: address) }
        return metrics.health.report().checks.first?.lastResult == result
      }
      #expect(isStored)
    }
    let expected: [(LogMessage.Level, String)] = [
      (.warning, "health check storage failed: gone"), (.warning, "health check storage warns: slow"),
      (.info, "health check storage warns no longer"),
    ]
    #expect(await eventually { log.messages.count >= 3 })
    await server.shutdown()
    #expect(texts(log.messages) == expected.map(\.1))
    #expect(log.messages.map(\.level) == expected.map(\.0))
  }
}
