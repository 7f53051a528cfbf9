// What answers the requests of a server?

package import EndpointMessages

/// Answers a request. It is called on the server's event-loop thread and must leave it for anything
/// that takes longer than moving bytes.
package typealias HTTPHandler = @Sendable (EndpointRequest) async -> EndpointResponse
