// Which of several states hold?

/// A set of named states, each of which is on or off, exported as one series a state (1 or 0).
///
/// All methods may be called from any thread.
public struct StateSet<State: ClosedLabel>: Sendable {
  let states: AnyStateSet

  init(_ states: AnyStateSet) { self.states = states }

  /// Turns a state on or off.
  public func set(_ state: State, _ isOn: Bool) { states.set(state.ordinal, isOn) }

  /// Turns one state on and all others off.
  public func setOnly(_ state: State) { states.setOnly(state.ordinal) }

  /// Whether a state is on.
  public func isOn(_ state: State) -> Bool { states.isOn(state.ordinal) }
}
