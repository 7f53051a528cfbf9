// Who is told what a server refuses and answers?

package import EndpointMessages

/// Told what the server has refused and answered. Called on the loop's thread; must not block.
package protocol HTTPServerObserver: Sendable {
  /// The transport refused a request, or ended a connection, for that reason.
  func rejected(_ reason: HTTPRejectReason)
  /// A response's head has been handed to the socket. `request` is `nil` when none was understood.
  func responded(status: Int, to request: EndpointRequest?)
  /// The system refused to accept a connection, with that error number; the server goes on.
  func acceptFailed(errno: Int32)
}
