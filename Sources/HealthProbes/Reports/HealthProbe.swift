// Which questions can an orchestrator ask?

/// A question asked from outside.
public enum HealthProbe: String, Sendable, Hashable, CaseIterable {
  /// How is everything? Every check takes part.
  case health
  /// May this server be sent work? A failure takes it out of the load balancer.
  case ready
  /// Must this process be restarted? A failure kills it.
  case live
  /// Has it started? Until it has, an orchestrator asks nothing else.
  case startup
}
