// What does a response carry: bytes in memory, or a stream?

/// The body of a response.
public enum EndpointBody: Sendable {
  /// All of it, in memory.
  case bytes([UInt8])
  /// Produced while it is sent.
  case stream(EndpointBodyStream)
}

/// A body produced piece by piece, each when the one before has been sent.
public struct EndpointBodyStream: Sendable {
  /// Gives the next piece, `nil` at the end. It runs off the event loop, one call at a time, under the
  /// write deadline. An error cuts the connection, so that the client does not take the part for the
  /// whole.
  public var next: @Sendable () async throws -> [UInt8]?
  /// Called once when no piece will be asked for any more, whatever the reason; also for `HEAD`. Off the event loop.
  public var finished: (@Sendable () -> Void)?

  /// Whether `next` returns or suspends at once, on whichever thread it is called, and keeps a deadline of its own: a
  /// server may call it on its event loop then, and needs no thread of the pool for it.
  package var isNonblocking = false

  /// A streamed body.
  public init(
    next: @escaping @Sendable () async throws -> [UInt8]?, finished: (@Sendable () -> Void)? = nil
  ) {
    self.next = next
    self.finished = finished
  }

  /// Tells the stream that no piece will be asked for any more, away from an event loop when it is the host's.
  package func finish() {
    guard let finished else { return }
    if isNonblocking { finished() } else { Task.detached { finished() } }
  }
}
