// How do messages of the library reach a log?

import MailObservability

func logged(to log: Log) -> MetricsConfig {
  var config = MetricsConfig(bindAddress: "127.0.0.1:9090")
  config.log = { message in log.write("\(message.level): \(message.text)") }
  return config
}
