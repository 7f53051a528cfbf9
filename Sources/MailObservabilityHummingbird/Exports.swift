// What comes along with `import MailObservabilityHummingbird`?

#if Hummingbird
  @_exported public import MailObservability
#endif
