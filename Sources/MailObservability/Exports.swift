// What `import MailObservability` brings along: the types that an embedder's own code names.

@_exported public import enum HTTPTransport.HTTPBody
@_exported public import struct HTTPTransport.HTTPBodyStream
@_exported public import struct HTTPTransport.HTTPFields
@_exported public import enum HTTPTransport.HTTPPeer
@_exported public import struct HTTPTransport.HTTPQuery
@_exported public import struct HTTPTransport.HTTPRequest
@_exported public import struct HTTPTransport.HTTPRequestError
@_exported public import struct HTTPTransport.HTTPResponse
@_exported public import struct HTTPTransport.HTTPServerDeadlines
@_exported public import struct HTTPTransport.HTTPServerLimits
@_exported public import enum HTTPTransport.HTTPVersion
@_exported public import HealthProbes
@_exported public import MetricInstruments
@_exported public import struct ObservabilityEndpoints.Network
