// How does a trace go from one server to the next, and to nobody else?

public import EndpointMessages
import ObservabilityEndpoints
public import TraceSpans

extension MailTracing {
  /// Whether a peer's traces are carried on, and whether it is told of ours: whether it is on one of
  /// ``TracingConfig/trustedPeers``. False for a Unix-domain socket, for an unknown peer, and before the start.
  public func trusts(_ peer: EndpointPeer) -> Bool {
    guard case .ip(let address, _) = peer else { return false }
    return trustedPeers.contains { $0.contains(address) }
  }

  /// The context that a trusted client sent with an HTTP request.
  ///
  /// - Parameters:
  ///   - traceparent: the values of all fields `traceparent`.
  ///   - tracestate: the values of all fields `tracestate`, in their order.
  ///   - peer: who sent the request itself, and not for whom a proxy says that it did.
  /// - Returns: nil for a peer that is not trusted, without exactly one `traceparent`, and for one that cannot be
  ///   read.
  ///
  /// Source: W3C Trace Context.
  public func context(
    traceparent: [String], tracestate: [String] = [], from peer: EndpointPeer
  ) -> TraceContext? {
    guard traceparent.count == 1, trusts(peer) else { return nil }
    return TraceContext(traceparent: traceparent[0], tracestate: tracestate)
  }

  /// The context that a trusted server sent with a message, in the fields `Traceparent` and `Tracestate` of its
  /// header.
  ///
  /// - Parameters:
  ///   - message: the message, or its header. Bytes may be anything.
  ///   - peer: who sent it.
  /// - Returns: nil for a peer that is not trusted, without exactly one `Traceparent`, and for one that cannot be
  ///   read.
  public func context(ofMessage message: some Collection<UInt8>, from peer: EndpointPeer) -> TraceContext? {
    guard trusts(peer) else { return nil }
    return MailTracing.withBytes(of: message) { TraceFields.context(in: $0) }
  }

  /// A message as it is sent to a peer or put into a mailbox: without the fields `Traceparent` and `Tracestate`,
  /// whoever has written them, and for a trusted peer with those of a context at its head. Everything else stays as it
  /// is. Nothing is added to what begins with a blank, which would become a part of it.
  ///
  /// Works before the start, too, when nobody is trusted.
  ///
  /// - Parameters:
  ///   - message: the message, or its header; the header ends with the first empty line. Bytes may be anything.
  ///   - peer: who gets it; `.unknown` for a mailbox.
  ///   - context: that of the attempt to deliver it; nil for none.
  public func message(
    _ message: some Collection<UInt8>, to peer: EndpointPeer, context: TraceContext?
  ) -> [UInt8] {
    let context = trusts(peer) ? context : nil
    return MailTracing.withBytes(of: message) { TraceFields.replacing(in: $0, by: context) }
      // Of an array this is the array itself.
      ?? Array(message)
  }

  /// A context as the fields that carry it on: `Traceparent`, and `Tracestate` where there is one. HTTP takes their
  /// names in any case. None where there is no context.
  ///
  /// - Parameter context: that of the current span by default. Whoever is sent these fields can read of the trace and
  ///   join it: for services of one's own; others are for ``propagate(_:to:)``.
  public func propagate(
    _ context: TraceContext? = TraceSpan.current?.context
  ) -> [(name: String, value: String)] {
    context.map { TraceFields.names(of: $0) } ?? []
  }

  /// A context as the fields that carry it on to a peer; none for one that is not trusted.
  ///
  /// - Parameters:
  ///   - context: that of the current span by default.
  ///   - peer: who gets them.
  public func propagate(
    _ context: TraceContext? = TraceSpan.current?.context, to peer: EndpointPeer
  ) -> [(name: String, value: String)] {
    trusts(peer) ? propagate(context) : []
  }

  private static func withBytes<Result>(
    of message: some Collection<UInt8>, _ body: (UnsafeBufferPointer<UInt8>) -> Result
  ) -> Result {
    message.withContiguousStorageIfAvailable(body) ?? Array(message).withUnsafeBufferPointer(body)
  }
}
