// How much may a client ask for, and how long may it take?

/// The caps on what clients may use. Bytes where nothing else is said; a value below the least that
/// makes sense counts as that.
public struct HTTPServerLimits: Sendable {
  /// The request line, without its end: longer is answered 414.
  public var maximumRequestLineSize = 8 * 1024
  /// All header fields together: more is answered 431.
  public var maximumHeaderSize = 16 * 1024
  /// The number of header fields: more is answered 431.
  public var maximumFieldCount = 64
  /// The body, decoded: more is answered 413.
  public var maximumBodySize = 64 * 1024
  /// Open connections, without the reserve.
  public var maximumConnections = 256
  /// Connections above that, on which only probes are served.
  public var maximumReserveConnections = 16
  /// Connections of one IP address, `nil` for any number.
  public var maximumConnectionsPerAddress: Int?
  /// Requests that one connection may make before it is closed.
  public var maximumRequestsPerConnection = 1000

  /// The defaults.
  public init() {}
}

/// How long a client, or a handler, may take for each step.
public struct HTTPServerDeadlines: Sendable {
  /// From the first byte of a head (on a new connection: from its beginning) to the last.
  public var head: Duration = .seconds(5)
  /// For the body, after the head.
  public var body: Duration = .seconds(10)
  /// For the handler.
  public var handler: Duration = .seconds(30)
  /// Without progress in writing, and for each piece of a streamed body.
  public var write: Duration = .seconds(30)
  /// Between two requests.
  public var keepAlive: Duration = .seconds(60)
  /// For the head on a connection of the reserve.
  public var reserveHead: Duration = .seconds(1)
  /// Without a byte of the body sent or of the response read, after which a connection may be closed to make
  /// room for another.
  public var stall: Duration = .seconds(1)
  /// After the last response, for the peer to close.
  public var linger: Duration = .seconds(1)

  /// The defaults.
  public init() {}
}
