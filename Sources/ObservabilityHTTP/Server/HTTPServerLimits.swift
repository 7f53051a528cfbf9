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

extension HTTPServerLimits {
  /// The limits as a server uses them: sizes up to a gibibyte and a million of anything, which no machine reaches,
  /// leave room for arithmetic, and below the least nothing could be served.
  package var normalised: HTTPServerLimits {
    var result = self
    result.maximumRequestLineSize = min(max(maximumRequestLineSize, 16), 1 << 30)
    result.maximumHeaderSize = min(max(maximumHeaderSize, 16), 1 << 30)
    result.maximumFieldCount = min(max(maximumFieldCount, 1), 1 << 20)
    result.maximumBodySize = min(max(maximumBodySize, 0), 1 << 30)
    result.maximumConnections = min(max(maximumConnections, 1), 1 << 20)
    result.maximumReserveConnections = min(max(maximumReserveConnections, 0), 1 << 20)
    result.maximumConnectionsPerAddress = maximumConnectionsPerAddress.map { min(max($0, 1), 1 << 20) }
    result.maximumRequestsPerConnection = max(maximumRequestsPerConnection, 1)
    return result
  }
}
