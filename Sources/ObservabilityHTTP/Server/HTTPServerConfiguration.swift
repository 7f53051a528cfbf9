// What is a server told before it starts?

package import EndpointMessages
package import ObservabilitySockets

/// Where a server listens, what it allows, and which requests are never refused for want of room.
package struct HTTPServerConfiguration: Sendable {
  /// At least one. A request says by its `listener` which of them it came by.
  package var listeners: [ListenerSource]
  package var limits = HTTPServerLimits()
  package var deadlines = HTTPServerDeadlines()
  /// How many connections the system keeps until they are accepted; it may keep fewer. When they are more,
  /// a peer's attempt is dropped and repeated after a second, which is too late for a probe.
  package var backlog: Int32 = 4096
  /// Decides once where a request belongs, for everything below and for the observer; it travels with the request as
  /// its `routeTag`.
  package var classify: @Sendable (EndpointRequest) -> UInt8? = { _ in nil }
  /// Whether a request is a probe: served on the reserve, and during a drain, when others get 503.
  package var isProbe: @Sendable (EndpointRequest) -> Bool = { _ in false }
  /// Answers what needs no waiting, on the loop and at once; `nil` leaves a request to the handler. What has
  /// to be fast, and cannot block, is answered here: without a suspension, and without a deadline for it. The body is in
  /// memory. What is too large to be sent at once is asked for again.
  package var answerAtOnce: @Sendable (EndpointRequest) -> EndpointResponse? = { _ in nil }
  /// Whether a peer is free of the limit per address.
  package var isExemptFromAddressLimit: @Sendable (EndpointPeer) -> Bool = { _ in false }
  /// The name of the loop's thread.
  package var threadName = "http"
  /// Replaces `accept(2)`, for tests of what happens when the system refuses.
  package var acceptCall: (@Sendable (Int32) -> (fd: Int32, peer: SocketAddress?))?

  package init(address: SocketAddress) { self.init(listeners: [.address(address)]) }

  package init(listeners: [ListenerSource]) { self.listeners = listeners }
}
