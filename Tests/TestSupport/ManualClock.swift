// Which clock do tests move by hand?

@_exported public import class ObservabilityManualClock.ManualClock
