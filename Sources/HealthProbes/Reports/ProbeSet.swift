// Which questions does a check help to answer?

/// The probes that a check belongs to. Every check also belongs to ``HealthProbe/health``.
public struct ProbeSet: OptionSet, Sendable, Hashable {
  /// One bit a probe.
  public let rawValue: UInt8

  /// Creates a set from bits; unknown ones are without effect.
  public init(rawValue: UInt8) {
    self.rawValue = rawValue
  }

  /// The check decides whether work is sent here.
  public static let ready = ProbeSet(rawValue: 1)
  /// The check decides whether the process is restarted. Never use it for a dependency: restarting a healthy
  /// server does not repair the database behind it.
  public static let live = ProbeSet(rawValue: 2)
  /// The check must have passed once before the server counts as started.
  public static let startup = ProbeSet(rawValue: 4)

  /// Whether a check with this set takes part in the answer to `probe`.
  package func takesPart(in probe: HealthProbe) -> Bool {
    switch probe {
    case .health: true
    case .ready: contains(.ready)
    case .live: contains(.live)
    case .startup: contains(.startup)
    }
  }
}
