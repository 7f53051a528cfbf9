// What can an operator look at in a browser?

import MailObservability

extension MailServer {
  /// The state of the queue: what waits, since when, why, and when it is tried next.
  func addPages() throws {
    try metrics.pages.add("queue", title: "mail queue") { [queue, metrics] page in
      let overview = queue.overview
      page.show("messages", overview.count)
      page.show("for the first time", overview.incoming)
      page.show("being delivered", overview.active)
      page.show("to be tried again", overview.deferred)
      page.show("oldest", overview.messages.first?.age)
      page.table("why they wait", ["messages", "oldest", "next try in", "last reply"], of: overview.reasons) {
        [$0.reason.count, $0.reason.oldest, $0.reason.nextTry, $0.text]
      }
      let columns = ["message", "age", "attempts", "next try in", "last reply", "for"]
      page.table("messages, the oldest first", columns, of: overview.messages) { message in
        // The traces of the message say what each attempt met. Addresses are shown as there.
        [
          .link(message.id, to: "traces", ["queue": message.id]), message.age, message.attempts,
          message.nextTry,
          message.reply,
          message.recipients.prefix(3).map { metrics.tracing.shown(address: $0.description) ?? "–" }.joined(
            separator: ", ")
            + (message.recipients.count > 3 ? " and \(message.recipients.count - 3) more" : ""),
        ]
      }
      let more = overview.count - overview.messages.count
      if more > 0 { page.note("\(more) newer messages are not shown.") }
    }
  }
}
