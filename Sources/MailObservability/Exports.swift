// What `import MailObservability` brings along: the types that an embedder's own code names.

@_exported public import struct HTTPTransport.HTTPServerDeadlines
@_exported public import struct HTTPTransport.HTTPServerLimits
@_exported public import HealthProbes
@_exported public import MetricInstruments
@_exported public import struct ObservabilityEndpoints.Network
