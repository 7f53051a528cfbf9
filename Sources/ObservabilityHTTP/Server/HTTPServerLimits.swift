// How much may a client ask for?

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
