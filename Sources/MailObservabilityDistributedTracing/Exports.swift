// What comes along with `import MailObservabilityDistributedTracing`?

#if DistributedTracing
  @_exported public import MailObservability
#endif
