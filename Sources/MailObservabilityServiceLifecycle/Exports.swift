// What comes along with `import MailObservabilityServiceLifecycle`?

#if ServiceLifecycle
  @_exported public import MailObservability
#endif
