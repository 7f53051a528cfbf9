// When is somebody told that something runs out: disk, memory, descriptors, processor time?

import MailObservability

extension Alerts {
  static let storage = RuleGroup(
    name: "alerts-storage",
    alerts: [
      AlertRule(
        name: "MailDiskFilling", severity: .critical, pending: "30m", groups: [.storage],
        expression: """
          (
            predict_linear(#filesystem_avail_bytes[6h], \(RuleThreshold.diskHorizon)) < 0
            and
            predict_linear(#filesystem_avail_bytes[20m], \(RuleThreshold.diskHorizon)) < 0
            and
            #filesystem_avail_bytes / #filesystem_size_bytes < \(RuleThreshold.diskPredictedShare)
          )
          or
          #filesystem_avail_bytes == 0
          """,
        summary: "A disk of a mail server will be full within hours.",
        description: """
          {{ $labels.path }} on {{ $labels.instance }} is about to be full: as it fills now, {{ $value | humanize1024 }}B \
          would be left.
          """),
      AlertRule(
        name: "MailDiskLow", severity: .warning, pending: "10m", groups: [.storage],
        expression: "#filesystem_avail_bytes / #filesystem_size_bytes < \(RuleThreshold.diskShare)",
        summary: "A disk of a mail server is nearly full.",
        description:
          "{{ $value | humanizePercentage }} of {{ $labels.path }} on {{ $labels.instance }} are free."),
      AlertRule(
        name: "MailStoreGrowing", severity: .warning, pending: "1h", groups: [.storage],
        expression: """
          #storage_bytes - #storage_bytes offset 1d > \(RuleThreshold.storeGrowthBytes)
          and
          #storage_bytes / #storage_bytes offset 1d - 1 > \(RuleThreshold.storeGrowthRatio)
          """,
        summary: "A mail store grows fast.",
        description: "The mail store of {{ $labels.instance }} grew by {{ $value | humanize1024 }}B in a day."
      ),
      AlertRule(
        name: "MailboxesGrowing", severity: .warning, pending: "1h", groups: [.storage],
        expression: """
          #mailboxes - #mailboxes offset 1d > \(RuleThreshold.mailboxGrowth)
          and
          #mailboxes / #mailboxes offset 1d - 1 > \(RuleThreshold.mailboxGrowthRatio)
          """,
        summary: "Mailboxes are made at an unusual rate.",
        description: "{{ $labels.instance }} has {{ $value }} mailboxes more than a day ago."),
    ])

  static let process = RuleGroup(
    name: "alerts-process",
    alerts: [
      AlertRule(
        name: "MailDescriptorsNearLimit", severity: .warning, pending: "5m",
        expression: "process_open_fds{@job} / process_max_fds{@job} > \(RuleThreshold.descriptorsShare)",
        summary: "A mail server has hardly a descriptor left.",
        description:
          "{{ $labels.instance }} has {{ $value | humanizePercentage }} of the descriptors that it may have open."
      ),
      AlertRule(
        name: "MailMemoryNearLimit", severity: .warning, pending: "10m",
        expression: """
          process_cgroup_memory_working_set_bytes{@job} / process_cgroup_memory_limit_bytes{@job} > \(RuleThreshold.memoryShare)
          """,
        summary: "A mail server is about to be ended for its memory.",
        description:
          "The cgroup of {{ $labels.instance }} takes {{ $value | humanizePercentage }} of its memory."),
      AlertRule(
        name: "MailProcessorThrottled", severity: .warning, pending: "15m",
        expression: """
          rate(process_cgroup_cpu_throttled_periods_total{@job}[10m])
            / rate(process_cgroup_cpu_periods_total{@job}[10m])
            > \(RuleThreshold.throttledShare)
          """,
        summary: "A mail server has to wait for its processor quota.",
        description:
          "{{ $labels.instance }} was held back in {{ $value | humanizePercentage }} of the scheduler's periods."
      ),
    ])
}
