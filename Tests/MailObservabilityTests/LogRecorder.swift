// What did the library log?

import ObservabilityPlatform
import MailObservability
import MetricInstruments

final class LogRecorder: Sendable {
  private let kept = Locked<[LogMessage]>([])

  var messages: [LogMessage] { kept.withLock { $0 } }

  var record: @Sendable (LogMessage) -> Void {
    { [kept] message in kept.withLock { $0.append(message) } }
  }
}
