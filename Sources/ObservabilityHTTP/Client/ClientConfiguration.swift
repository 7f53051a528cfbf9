// How long may an endpoint take, and how much may it send?

/// How long each step may take, besides what is left of the request's own time.
package struct ClientDeadlines: Sendable {
  /// For looking up the name and for all its addresses, among which what is left is shared.
  package var connect: Duration = .seconds(5)
  /// For the request, from its first byte to its last.
  package var write: Duration = .seconds(10)
  /// For the answer, from the request's last byte to the answer's.
  package var answer: Duration = .seconds(10)
  /// For a connection that no request needs, after which it is closed.
  package var idle: Duration = .seconds(60)

  package init() {}
}

/// What a client is told besides its endpoint.
package struct ClientConfiguration: Sendable {
  package var deadlines = ClientDeadlines()
  package var limits = AnswerLimits()
  /// The longest wait that is believed of `Retry-After`.
  package var longestRetryAfter: Duration = .seconds(3600)
  /// The name of the thread, for a client with a loop of its own.
  package var threadName = "http client"

  package init() {}
}
