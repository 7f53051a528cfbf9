// How long may a client take, or a handler?

/// How long a client, or a handler, may take for each step.
public struct HTTPServerDeadlines: Sendable {
  /// From the first byte of a head (on a new connection: from its beginning) to the last.
  public var head: Duration = .seconds(5)
  /// For the body, after the head.
  public var body: Duration = .seconds(10)
  /// For the handler.
  public var handler: Duration = .seconds(30)
  /// For each piece of a streamed body, and the time over which a client that is waited for to read is judged: it has
  /// to read a kibibyte a second on the average.
  public var write: Duration = .seconds(30)
  /// For a response from its first byte to its last, streamed or not, however steadily it is read.
  public var response: Duration = .seconds(600)
  /// Between two requests.
  public var keepAlive: Duration = .seconds(60)
  /// For the head on a connection of the reserve.
  public var reserveHead: Duration = .seconds(1)
  /// Without a byte of the body sent or of the response read, after which a connection may be closed to make
  /// room for another; and how long a client that sends no more is waited for while its request is handled.
  public var stall: Duration = .seconds(1)
  /// After the last response, for the peer to close.
  public var linger: Duration = .seconds(1)

  /// The defaults.
  public init() {}
}
