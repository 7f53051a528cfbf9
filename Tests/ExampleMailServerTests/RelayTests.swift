// Does relaying understand the answers of the other server?

import EndpointMessages
import MailObservability
import ObservabilityPlatform
import ObservabilitySockets
import Testing

@testable import example_mail_server

@Suite(.timeLimit(.minutes(30))) struct RelayTests {
  private func outcome(_ answers: [String: String]) async throws -> (DeliveryOutcome, commands: [String]) {
    let loop = try EventLoop(name: "test")
    let smarthost = try Smarthost(loop: loop, answer: { answers[$0] })
    let (metrics, faults, directory) = (try MetricsCollector(), Faults(), Directory(accounts: []))
    let delivery = Delivery(
      directory: directory, store: MailStore(accounts: [], faults: faults, metrics: metrics), loop: loop,
      hostName: "mx.example", smarthost: smarthost.listener.boundAddress, faults: faults, metrics: metrics,
      timeout: .seconds(3600))
    let recipient = try #require(MailAddress("a@elsewhere.invalid"))
    let outcome = await delivery.deliver(
      QueuedMessage(id: "1", sender: nil, recipients: [recipient], content: Array("x\r\n".utf8)),
      to: recipient)
    await smarthost.stop()
    loop.shutdown()
    return (outcome, smarthost.commands.withLock { $0 })
  }

  @Test("mail goes the ordinary way")
  func delivered() async throws {
    let (outcome, commands) = try await outcome([:])
    #expect(outcome == .delivered)
    #expect(commands == ["EHLO", "MAIL", "RCPT", "DATA", ".", "QUIT"])
  }

  @Test("a server that does not know EHLO hears HELO", arguments: ["500 what", "502 no", "550 never"])
  func oldServer(_ answer: String) async throws {
    let (outcome, commands) = try await outcome(["EHLO": answer])
    #expect(outcome == .delivered)
    #expect(commands == ["EHLO", "HELO", "MAIL", "RCPT", "DATA", ".", "QUIT"])
  }

  @Test(
    "what another server says becomes a line of a bounce, whatever it is",
    arguments: [
      "550 \u{E9}\u{0}\u{7}\u{1B}[31m", "550 " + String(repeating: "x", count: 4000), "550", "550 ",
    ])
  func foreignText(_ answer: String) async throws {
    let (outcome, _) = try await outcome(["RCPT": answer])
    let reason = outcome.reason.utf8
    #expect(reason.count < 600 && reason.allSatisfy { (0x20..<0x7F).contains($0) })
    #expect(outcome.failure == .reply5xx)
  }

  @Test(
    "a refusal is for good or for now as its code says, in the greeting as anywhere",
    arguments: ["", "HELO", "MAIL", "RCPT", "DATA", "."])
  func refusal(_ command: String) async throws {
    let others = command == "HELO" ? ["EHLO": "500 what"] : [:]
    for (answer, isPermanent) in [("554 go away", true), ("421 busy", false), ("451 later", false)] {
      let (outcome, _) = try await outcome(others.merging([command: answer]) { $1 })
      switch outcome {
      case .permanentFailure(.reply5xx, let text): #expect(isPermanent && text.hasSuffix(answer))
      case .temporaryFailure(.reply4xx, let text): #expect(!isPermanent && text.hasSuffix(answer))
      default: Issue.record("\(outcome)")
      }
    }
  }
}
