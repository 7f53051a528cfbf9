// What comes along with `import MailObservabilitySwiftLog`?

#if SwiftLog
  @_exported public import MailObservability
#endif
