// What does a span of a request say of whoever sent it?

#if Hummingbird
  /// What the span of a request has besides what is needed to read it. The query is never among it: it holds tokens,
  /// addresses and what people look for.
  public struct HTTPSpanDetails: OptionSet, Sendable {
    /// The details as bits.
    public let rawValue: Int

    /// Details from their bits.
    public init(rawValue: Int) { self.rawValue = rawValue }

    /// The address of the peer and its port, as `network.peer.address` and `network.peer.port`: an address of a person where
    /// clients come by themselves.
    public static let peer = HTTPSpanDetails(rawValue: 1)
    /// The path as it came, as `url.path`. There may be accounts and addresses in it, which the route leaves out.
    public static let path = HTTPSpanDetails(rawValue: 2)
    /// What the client calls itself, as `user_agent.original`.
    public static let userAgent = HTTPSpanDetails(rawValue: 4)
  }
#endif
