// What is systemd told, in which order, and what of a message that it could not take?

@testable import MailObservability
import ObservabilityPlatform
import Testing

@Suite("Messages to systemd")
struct SystemdMessagesTests {
  private typealias Condition = SystemdMessages.Condition
  private static let second: Int64 = 1_000_000_000

  private func flushed(
    _ messages: inout SystemdMessages, _ condition: SystemdMessages.Condition, at time: Int64 = 0,
    taking limit: Int = .max
  ) -> [String] {
    var sent: [String] = []
    messages.note(condition)
    messages.flush(condition, at: time) { message in
      guard sent.count < limit else { return false }
      sent.append(message)
      return true
    }
    return sent
  }

  @Test("are its first readiness once, each new status once, and the end once")
  func life() {
    var messages = SystemdMessages(watchdogMicroseconds: nil)
    let steps: [(Condition, [String])] = [
      (Condition(status: "not ready: storage"), ["STATUS=not ready: storage"]),
      (Condition(status: "not ready: storage"), []),
      (Condition(isReady: true, status: "ready"), ["READY=1", "STATUS=ready"]),
      (Condition(status: "a\nREADY=1"), ["STATUS=a\\nREADY=1"]),
      (Condition(isReady: true, status: "ready"), ["STATUS=ready"]),
      (Condition(isDraining: true, status: "ready"), ["STOPPING=1"]),
      (Condition(isReady: true, isDraining: true, status: "ready"), []),
    ]
    for (condition, expected) in steps { #expect(flushed(&messages, condition) == expected) }
  }

  @Test("stay, in their order, until they are taken, and of statuses the last")
  func full() {
    var messages = SystemdMessages(watchdogMicroseconds: nil)
    for number in 1...100 {
      #expect(flushed(&messages, Condition(isReady: true, status: "\(number)"), taking: 0) == [])
    }
    #expect(flushed(&messages, Condition(isReady: true, status: "100"), taking: 1) == ["READY=1"])
    #expect(flushed(&messages, Condition(isReady: true, status: "100")) == ["STATUS=100"])
    let long = flushed(&messages, Condition(status: String(repeating: "x", count: 100_000)))
    #expect(long.allSatisfy { $0.utf8.count <= SystemdMessages.longestStatus + 7 })
  }

  @Test("are signs of life twice in the time that is allowed, while it lives")
  func watchdog() {
    var messages = SystemdMessages(watchdogMicroseconds: 10_000_000)
    var signs: [Int64] = []
    var time: Int64 = 0
    while time < 100 * Self.second {
      let isLive = !(40..<60).contains(time / Self.second)
      if flushed(&messages, Condition(isReady: true, isLive: isLive), at: time).contains("WATCHDOG=1") {
        signs.append(time / Self.second)
      }
      #expect(messages.pause <= 5 * Self.second / 2)
      time += messages.pause
    }
    #expect(!signs.contains { (40..<60).contains($0) })
    for (one, next) in zip(signs, signs.dropFirst()) { #expect(next - one <= 5 || one < 40 && next >= 60) }
  }

  @Test("are none of life where none is asked for, and no number is too large or too small")
  func periods() {
    for period in [nil, 0, 1, 2, 1000, UInt64.max] as [UInt64?] {
      var messages = SystemdMessages(watchdogMicroseconds: period)
      let sent = flushed(&messages, Condition(isReady: true), at: .max)
      #expect(sent.contains("WATCHDOG=1") == (period != nil))
      #expect(messages.pause > 0)
    }
  }

  @Test(
    "of reloads are one pair, of as many as there are at once, and none before readiness or after the end")
  func reloads() {
    var messages = SystemdMessages(watchdogMicroseconds: nil)
    _ = flushed(&messages, Condition(isReady: true))
    messages.beginReload(atMicroseconds: 7)
    messages.beginReload(atMicroseconds: 8)
    messages.endReload()
    #expect(flushed(&messages, Condition(isReady: true)) == ["RELOADING=1\nMONOTONIC_USEC=7"])
    messages.endReload()
    #expect(flushed(&messages, Condition(isReady: true)) == ["READY=1"])
    messages.stop()
    messages.beginReload(atMicroseconds: 9)
    messages.endReload()
    #expect(flushed(&messages, Condition(isReady: true)) == ["STOPPING=1"])
  }

  static let watchdogs: [(variables: [String: String], period: UInt64?)] = [
    ([:], nil), (["WATCHDOG_USEC": "1000"], 1000), (["WATCHDOG_USEC": "x"], nil),
    (["WATCHDOG_USEC": "0"], nil),
    (["WATCHDOG_USEC": "-1"], nil), (["WATCHDOG_USEC": "1000", "WATCHDOG_PID": "7"], 1000),
    (["WATCHDOG_USEC": "1000", "WATCHDOG_PID": "8"], nil),
    (["WATCHDOG_USEC": "1000", "WATCHDOG_PID": ""], nil),
  ]

  @Test("are of life when that is asked of this process", arguments: watchdogs.indices)
  func variables(index: Int) {
    let (variables, period) = Self.watchdogs[index]
    #expect(SystemdNotifier.watchdog(7) { variables[$0] } == period)
  }
}
