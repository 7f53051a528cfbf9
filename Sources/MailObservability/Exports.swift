// Which types of other modules does `import MailObservability` bring along?

@_exported public import enum EndpointMessages.EndpointBody
@_exported public import struct EndpointMessages.EndpointBodyStream
@_exported public import struct EndpointMessages.EndpointFields
@_exported public import enum EndpointMessages.EndpointPeer
@_exported public import struct EndpointMessages.EndpointQuery
@_exported public import struct EndpointMessages.EndpointRequest
@_exported public import struct EndpointMessages.EndpointRequestError
@_exported public import struct EndpointMessages.EndpointResponse
@_exported public import struct ObservabilityHTTP.HTTPServerDeadlines
@_exported public import struct ObservabilityHTTP.HTTPServerLimits
@_exported public import HealthProbes
@_exported public import MetricInstruments
@_exported public import struct ObservabilityEndpoints.AccessRule
@_exported public import struct ObservabilityEndpoints.DebugPage
@_exported public import struct ObservabilityEndpoints.DebugPageError
@_exported public import protocol ObservabilityEndpoints.DebugPageValue
@_exported public import class ObservabilityEndpoints.DebugPages
@_exported public import struct ObservabilityEndpoints.EndpointRefusal
@_exported public import struct ObservabilityEndpoints.EndpointRoute
@_exported public import struct ObservabilityEndpoints.IPNetwork
@_exported public import TraceSpans
