// What comes along with `import MailObservabilitySwiftMetrics`?

#if SwiftMetrics
  @_exported public import MailObservability
#endif
