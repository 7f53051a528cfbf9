// From which number on does an alert fire?

/// The numbers that alerts compare with, each a recording rule in the first group of the file: whoever operates the server
/// edits them there, in one place. In an expression it stands as its scalar.
enum RuleThreshold: String, CaseIterable, CustomStringConvertible {
  case scrapeChanges = "scrape:changes"
  case scrapeSeconds = "scrape:seconds"
  case requestsRejected = "http_rejected:per_second"
  case restarts = "restarts:count"
  case checkChanges = "health_check:changes"
  case executorDelay = "executor_delay:seconds"
  case queueMessages = "queue:messages"
  case queueGrowth = "queue:messages_per_hour"
  case queueAge = "queue:age_seconds"
  case queueStalled = "queue:stalled_messages"
  case deliveryVolume = "delivery:attempts"
  case permanentRatio = "delivery:permanent_failure_ratio"
  case deferralRatio = "delivery:deferral_ratio"
  case reasonRatio = "delivery:reason_ratio"
  case rejects = "rejects:count"
  case rejectsFactor = "rejects:yesterday_factor"
  case authenticationFailures = "authentication:failures"
  case authenticationFactor = "authentication:yesterday_factor"
  case authenticationErrors = "authentication:errors"
  case authenticationErrorRatio = "authentication:error_ratio"
  case handshakeErrors = "tls:handshake_errors"
  case handshakeErrorRatio = "tls:handshake_error_ratio"
  case certificateTime = "certificate:seconds"
  case diskHorizon = "disk:horizon_seconds"
  case diskPredictedShare = "disk:predicted_share"
  case diskShare = "disk:share"
  case storeGrowthRatio = "store:growth_ratio"
  case storeGrowthBytes = "store:growth_bytes"
  case mailboxGrowthRatio = "mailboxes:growth_ratio"
  case mailboxGrowth = "mailboxes:growth"
  case latencyBudget = "latency:budget_ratio"
  case latencyFastFactor = "latency:fast_burn_factor"
  case latencySlowFactor = "latency:slow_burn_factor"
  case latencyVolume = "latency:requests_per_hour"
  case connectionsShare = "connections:share"
  case descriptorsShare = "descriptors:share"
  case memoryShare = "memory:share"
  case throttledShare = "throttled:share"
  case overflow = "overflow:count"
  case rejectedValues = "rejected_values:count"
  case droppedSeries = "dropped_series:count"
  case spansDropped = "spans:dropped"
  case exportFailureRatio = "exports:failure_ratio"

  /// The name of the series.
  var record: String { "threshold:#\(rawValue)" }

  /// A series that is missing, or is there twice, is no number, and nothing is above it.
  var description: String { "scalar(\(record))" }

  /// The number as PromQL has it, and why it is that one.
  var value: (number: String, reason: String) {
    switch self {
    case .scrapeChanges: ("4", "Changes of up in half an hour: four are two outages.")
    case .scrapeSeconds:
      ("8", "Seconds of a scrape. Prometheus gives up after its scrape_timeout, 10 s unless it was set.")
    case .requestsRejected: ("1", "Requests a second that the observability server refuses, for one reason.")
    case .restarts: ("3", "Starts in half an hour that are no deployment.")
    case .checkChanges: ("6", "Changes of a health check's state in half an hour: six are three failures.")
    case .executorDelay: ("1", "Seconds that a task may wait for a thread. Sessions wait as long.")
    case .queueMessages: ("1000", "Messages in a queue that may grow without anybody looking.")
    case .queueGrowth: ("500", "Messages by which the queue may grow in an hour once it is longer than that.")
    case .queueAge:
      (
        "43200",
        "Seconds that a message may be in the queue: half a day, before most senders ask where it is."
      )
    case .queueStalled: ("10", "Messages in a queue that delivers nothing; a few may wait for a later try.")
    case .deliveryVolume: ("100", "Attempts in half an hour, below which a ratio of them says nothing.")
    case .permanentRatio: ("0.1", "Share of attempts that fail for good: lists grow stale below that.")
    case .deferralRatio: ("0.5", "Share of attempts that are to be repeated; greylisting alone makes some.")
    case .reasonRatio: ("0.25", "Share of attempts that fail for one reason.")
    case .rejects: ("100", "Refusals for one reason in an hour, below which they are not compared.")
    case .rejectsFactor: ("3", "Times as many refusals as at this hour yesterday.")
    case .authenticationFailures: ("50", "Failed logins in an hour, below which they are not compared.")
    case .authenticationFactor: ("3", "Times as many failed logins as at this hour yesterday.")
    case .authenticationErrors: ("10", "Logins in a quarter of an hour that were not judged, at the least.")
    case .authenticationErrorRatio:
      ("0.1", "Share of logins that were not judged: the directory does not answer.")
    case .handshakeErrors:
      ("20", "Failed handshakes in a quarter of an hour, at the least; scanners make some.")
    case .handshakeErrorRatio: ("0.2", "Share of handshakes that fail, in one direction.")
    case .certificateTime:
      ("1209600", "Seconds until a certificate ends: 14 days, well after whatever renews it should have.")
    case .diskHorizon:
      ("14400", "Seconds until a disk is full as it fills now: 4 hours, time to do something.")
    case .diskPredictedShare:
      ("0.4", "Share of a disk that is free, above which its filling is not predicted.")
    case .diskShare: ("0.1", "Share of a disk that is free. The health check of disks warns there too.")
    case .storeGrowthRatio: ("0.2", "Share by which the mail store grows in a day.")
    case .storeGrowthBytes:
      ("1073741824", "Bytes by which the mail store grows in a day, at the least: 1 GiB.")
    case .mailboxGrowthRatio: ("0.1", "Share by which the number of mailboxes grows in a day.")
    case .mailboxGrowth: ("50", "Mailboxes by which it grows in a day, at the least.")
    case .latencyBudget:
      (
        "0.01",
        "Share of what may be slow over a month. Slow is more than 2.5 s for messages, 0.5 s for requests."
      )
    case .latencyFastFactor: ("14.4", "Times the share: 2 % of a month's budget is gone in an hour.")
    case .latencySlowFactor: ("6", "Times the share: 5 % of a month's budget is gone in six hours.")
    case .latencyVolume:
      ("60", "Requests or messages an hour, below which one slow one is too large a share.")
    case .connectionsShare: ("0.9", "Share of the connections that a protocol allows.")
    case .descriptorsShare: ("0.8", "Share of the descriptors that the process may have.")
    case .memoryShare: ("0.9", "Share of the cgroup's memory; at all of it the kernel ends the process.")
    case .throttledShare: ("0.25", "Share of the scheduler's periods in which the process had to wait.")
    case .overflow: ("10", "Recordings an hour under \"other\", because a family was full.")
    case .rejectedValues: ("10", "Values an hour that instruments refused, for one reason.")
    case .droppedSeries: ("10", "Recordings an hour into series that are no longer exported.")
    case .spansDropped: ("100", "Spans in a quarter of an hour that never reached the collector.")
    case .exportFailureRatio: ("0.5", "Share of batches that the collector has not got.")
    }
  }
}
