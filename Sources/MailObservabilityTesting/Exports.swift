// Which types of other modules does `import MailObservabilityTesting` bring along?

@_exported public import struct MetricParsing.MetricFinding
@_exported public import struct MetricParsing.MetricLinter
@_exported public import class ObservabilityManualClock.ManualClock
