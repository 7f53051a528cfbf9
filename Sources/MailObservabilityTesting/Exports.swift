// Which types of other modules does `import MailObservabilityTesting` bring along?

@_exported public import class ObservabilityManualClock.ManualClock
