// Who sent a request, where a host has no context of its own to say it?

#if Hummingbird
  public import Hummingbird
  public import NIOCore

  /// What Hummingbird knows of a request, and who sent it: `BasicRequestContext` with the address of the peer.
  ///
  /// A host that has a context of its own adds the two lines of it that keep the address, and the conformance to
  /// Hummingbird's `RemoteAddressRequestContext`.
  public struct PeerRequestContext: RequestContext, RemoteAddressRequestContext {
    /// What the router keeps of a request.
    public var coreContext: CoreRequestContextStorage
    /// The other end of the connection; nil for a channel that has none.
    public let remoteAddress: SocketAddress?

    /// A context for a request that came by a channel.
    public init(source: ApplicationRequestContextSource) {
      coreContext = CoreRequestContextStorage(source: source)
      remoteAddress = source.channel.remoteAddress
    }
  }
#endif
