// Does the page of the queue say what waits, since when, why, and when next?

import Testing

@testable import example_mail_server

@Suite("An overview of the queue")
struct QueueOverviewTests {
  private let start = DeliverySchedule.Instant.now

  private func message(_ id: String, _ recipients: String...) -> QueuedMessage {
    QueuedMessage(id: id, sender: nil, recipients: recipients.compactMap { MailAddress($0) }, content: [])
  }

  @Test("of an empty queue has nothing")
  func empty() {
    let overview = QueueOverview(DeliverySchedule(lifetime: .seconds(10)), at: start)
    #expect(overview.count == 0 && overview.messages.isEmpty && overview.reasons.isEmpty)
  }

  @Test("tells of each message its age, attempts, last reply and next try")
  func messages() throws {
    var schedule = DeliverySchedule(lifetime: .seconds(3600), firstPause: .seconds(10))
    _ = schedule.put(message("A", "a@x.invalid", "b@x.invalid"), at: start)
    _ = schedule.put(message("B", "c@x.invalid"), at: start + .seconds(5))
    let due = schedule.takeDue(at: start + .seconds(1), limit: 9)
    #expect(due.count == 1)
    var overview = QueueOverview(schedule, at: start + .seconds(6))
    #expect(overview.messages.map(\.id) == ["A", "B"] && overview.active == 1 && overview.incoming == 1)
    #expect(
      overview.messages.map(\.nextTry) == [nil, .zero] && overview.messages.map(\.reply) == [nil, nil])
    let late = try #require(MailAddress("b@x.invalid"))
    _ = schedule.conclude(
      "A", undelivered: [late],
      replies: [late: "451 later", try #require(MailAddress("a@x.invalid")): "gone"],
      at: start + .seconds(7))
    overview = QueueOverview(schedule, at: start + .seconds(8))
    let first = try #require(overview.messages.first)
    #expect(
      first.age == .seconds(8) && first.attempts == 1 && first.reply == "451 later"
        && first.nextTry == .seconds(9))
    #expect(first.recipients == [late] && overview.deferred == 1)
    #expect(overview.reasons.map(\.text) == ["451 later"] && overview.reasons.first?.reason.count == 1)
    #expect(overview.reasons.first?.reason.nextTry == .seconds(9))
    // An attempt that is late is due, and not before now.
    overview = QueueOverview(schedule, at: start + .seconds(100))
    #expect(overview.reasons.first?.reason.nextTry == .zero && overview.messages.first?.nextTry == .zero)
  }

  @Test("is bounded: the oldest hundred, and the most frequent reasons")
  func bounds() throws {
    var schedule = DeliverySchedule(lifetime: .seconds(3600))
    let address = try #require(MailAddress("a@x.invalid"))
    for index in 0..<1000 {
      _ = schedule.put(message("M\(index)", "a@x.invalid"), at: start + .milliseconds(999 - index))
    }
    for entry in schedule.takeDue(at: start + .seconds(1), limit: 1000) {
      _ = schedule.conclude(
        entry.message.id, undelivered: [address], replies: [address: "reply \(entry.message.id)"],
        at: start + .seconds(1))
    }
    let overview = QueueOverview(schedule, at: start + .seconds(2))
    #expect(overview.messages.map(\.id) == (900..<1000).reversed().map { "M\($0)" })
    #expect(overview.reasons.count == QueueOverview.mostReasons + 1)
    #expect(
      overview.reasons.first?.text == "other reasons"
        && overview.reasons.reduce(0) { $0 + $1.reason.count } == 1000)
  }
}
