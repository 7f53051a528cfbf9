// Which probes can be answered without asking anybody?

internal import Locking

extension HealthRegistry {
  /// Whether a probe passes, when that is known at once: every result it needs is stored and valid. `nil` when a
  /// check has to be asked first; `answer(to:)` does that.
  ///
  /// What it says is what `answer(to:)` would; it counts as an answer, and builds no report.
  package func knownOutcome(of probe: HealthProbe) -> Bool? {
    let now = clock.now
    return state.withLock { state -> Bool? in
      state.latchStartup(at: now)
      guard let passes = state.knownOutcome(of: probe, at: now) else { return nil }
      state.answers.add(passes, to: probe)
      return passes
    }
  }
}

extension HealthRegistry.State {
  fileprivate func knownOutcome(of probe: HealthProbe, at now: HealthInstant) -> Bool? {
    if probe == .startup, hasStarted { return true }
    var passes = probe == .live || declared.isEmpty
    if probe == .ready, isDraining || maintenance != nil { passes = false }
    for registered in checks where registered.check.settings.probes.takesPart(in: probe) {
      if registered.check.isImmediate || scheduler.needsRun(registered.id, at: now) { return nil }
      let state = scheduler.record(of: registered.id)?.state(at: now).state ?? .pending
      if ProbeAnswer.blocks(state, registered.check.settings.impact, probe) { passes = false }
    }
    return passes
  }
}
