// Which of the server's own settings are shown, and where did each come from?

import MailObservability

extension Options {
  /// For `/debug/config`. What has not been asked for on the command line is the default.
  var shown: [HostSetting] {
    guard let standard = try? Options(arguments: [] as [String]) else { return [] }
    func row<Value: Equatable>(
      _ name: String, _ flag: String, _ path: KeyPath<Options, Value>, _ text: (Value) -> String = { "\($0)" }
    ) -> HostSetting {
      let value = self[keyPath: path]
      return HostSetting(name, text(value), from: value == standard[keyPath: path] ? "default" : flag)
    }
    func text(_ value: String?) -> String { value ?? "none" }
    // Where one listener is named, the others are not there.
    func listener(_ name: String, _ path: KeyPath<Options, String?>) -> HostSetting {
      let value = self[keyPath: path]
      return HostSetting(
        name, text(value),
        from: value == standard[keyPath: path] ? "default" : value == nil ? "not asked for" : "--\(name)")
    }
    return [
      listener("smtp", \.smtp), listener("imap", \.imap), listener("jmap", \.jmap),
      // Their passwords are nobody's business.
      HostSetting("accounts", "\(accounts.count)", from: userNames.isEmpty ? "default" : "--user"),
      row("domains", "--domain, --user", \.domains) { $0.sorted().joined(separator: ", ") },
      row("relay", "--relay", \.relay, text),
      row("queue.lifetime", "--queue-lifetime", \.queueLifetime),
      row("queue.directory", "--queue-directory", \.queueDirectory, text),
      row("message.size", "--max-message-size", \.maximumMessageSize),
      row("connections", "--max-connections", \.maximumConnections),
      row("session.timeout", "--session-timeout", \.sessionTimeout) {
        $0.map { "\($0)" } ?? "as the RFCs say"
      },
      row("drain.delay", "--drain-delay", \.drainDelay),
      row("faults", "--faults", \.faultsFile, text),
    ]
  }
}
