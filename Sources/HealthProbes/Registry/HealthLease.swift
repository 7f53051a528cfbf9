// What does one server lend to the checks of its process, and take back when it ends?

import ObservabilityPlatform

/// What is one server's own: whether it drains, and its liveness check. Probes that are asked of a server are
/// answered with its own; those of other servers of the registry play no part in it.
package struct HealthLease: Sendable, Hashable {
  fileprivate let number: UInt64
}

/// The registry as one server sees it; without a lease as the process sees it.
package struct HealthView: Sendable {
  let health: HealthRegistry
  let lease: HealthLease?

  package init(_ health: HealthRegistry, lease: HealthLease? = nil) {
    self.health = health
    self.lease = lease
  }

  package func answer(
    to probe: HealthProbe, excluding: Set<String> = [], only: String? = nil, groups: Set<String> = []
  ) async -> ProbeAnswer {
    await health.answer(
      to: probe, CheckSelection(excluding: excluding, only: only, groups: groups, asker: lease))
  }

  /// The same from what is known, without running a check: those that answer at once are asked.
  package func storedAnswer(
    to probe: HealthProbe, excluding: Set<String> = [], only: String? = nil, groups: Set<String> = []
  ) -> ProbeAnswer {
    health.answerWithoutRuns(
      to: probe, CheckSelection(excluding: excluding, only: only, groups: groups, asker: lease))
  }

  /// As ``storedAnswer(to:excluding:only:groups:)``, and not counted as an answer: nobody has asked.
  package func peek(at probe: HealthProbe) -> ProbeAnswer {
    health.answerWithoutRuns(to: probe, CheckSelection(asker: lease), isCounted: false)
  }

  package func knownOutcome(of probe: HealthProbe) -> Bool? { health.knownOutcome(of: probe, for: lease) }

  package func report() -> HealthReport { health.report(for: lease) }

  /// What keeps work away whatever the checks find, without a look at them.
  package var standing: (isDraining: Bool, isInMaintenance: Bool) {
    health.state.withLock { ($0.isDraining(for: lease), $0.maintenance != nil) }
  }
}

/// The leases of a registry.
struct HealthLeases: Sendable {
  struct Lent: Sendable {
    let lease: HealthLease
    let hasCheck: Bool
    let isServer: Bool
    var isDraining = false
  }

  /// In the order in which they began.
  private(set) var lent: [Lent] = []
  private var lastNumber: UInt64 = 0
  /// Whether the last of them drained before it ended, and none has begun since.
  private var hasDrained = false

  mutating func make() -> HealthLease {
    lastNumber &+= 1
    return HealthLease(number: lastNumber)
  }

  mutating func begin(_ lease: HealthLease, hasCheck: Bool, isServer: Bool) {
    lent.append(Lent(lease: lease, hasCheck: hasCheck, isServer: isServer))
    if isServer { hasDrained = false }
  }

  private var servers: some Collection<Lent> { lent.lazy.filter(\.isServer) }

  mutating func drain(_ lease: HealthLease) {
    guard let place = lent.firstIndex(where: { $0.lease == lease }) else { return }
    lent[place].isDraining = true
  }

  mutating func end(_ lease: HealthLease) {
    guard let place = lent.firstIndex(where: { $0.lease == lease }) else { return }
    let ended = lent.remove(at: place)
    if ended.isServer { hasDrained = ended.isDraining && servers.isEmpty }
  }

  /// Whether a server drains. Of the process, when nobody in particular is asked: whether all of its servers
  /// do, or the last has.
  func isDraining(for asker: HealthLease?) -> Bool {
    guard let asker else { return servers.isEmpty ? hasDrained : servers.allSatisfy(\.isDraining) }
    return lent.first { $0.lease == asker }?.isDraining ?? false
  }

  /// Whose own checks an asker is told of; the newest that has any, when nobody in particular is asked.
  func lender(for asker: HealthLease?) -> HealthLease? { asker ?? lent.last(where: \.hasCheck)?.lease }
}

extension HealthRegistry {
  /// A lease that has not begun.
  package func makeLease() -> HealthLease { state.withLock { $0.leases.make() } }

  /// Begins a lease: from now on the server counts.
  ///
  /// - Parameters:
  ///   - check: one of the server's own, which only its probes are answered with; nil for none.
  ///   - isServer: whether it counts when the process is asked whether its servers drain.
  /// - Throws: ``HealthError`` when the host has a check of its name; the lease has begun all the same.
  package func begin(
    _ lease: HealthLease, lending check: HealthCheck?, isServer: Bool = true
  ) throws(HealthError) {
    var problem: HealthError?
    process { state in
      do throws(HealthError) {
        guard let check else {
          state.leases.begin(lease, hasCheck: false, isServer: isServer)
          return nil
        }
        let isTaken = state.hasCheck(check.name, where: { $0 == nil })
        let settled = try check.overridden(by: state.overrides[check.name])
        state.leases.begin(lease, hasCheck: !isTaken, isServer: isServer)
        guard !isTaken else {
          throw HealthError(.duplicateName, of: check.name, "the host has a check of this name")
        }
        return state.insert(check, settled, lease)
      } catch {
        if !state.leases.lent.contains(where: { $0.lease == lease }) {
          state.leases.begin(lease, hasCheck: false, isServer: isServer)
        }
        problem = error
        return nil
      }
    }
    if let problem { throw problem }
  }

  /// From now on the server's readiness fails, and no other's.
  package func drain(_ lease: HealthLease) { state.withLock { $0.leases.drain(lease) } }

  /// Takes back what was lent.
  package func end(_ lease: HealthLease) {
    process { state in
      state.leases.end(lease)
      state.switchedOff.removeAll { $0.lease == lease }
      return state.checks.firstIndex { $0.lease == lease }.map { state.removeCheck(at: $0) }
    }
  }
}
