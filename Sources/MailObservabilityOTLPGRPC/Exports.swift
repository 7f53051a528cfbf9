// What comes along with `import MailObservabilityOTLPGRPC`?

#if OTLPGRPC
  @_exported public import MailObservability
#endif
