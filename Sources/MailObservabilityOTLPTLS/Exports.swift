// What comes along with `import MailObservabilityOTLPTLS`?

#if OTLPTLS
  @_exported public import MailObservability
#endif
