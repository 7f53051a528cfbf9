// Which probes can be answered without waiting for anybody?

import ObservabilityPlatform

extension HealthRegistry {
  /// Whether a probe passes, when that is known at once: every result it needs is stored and valid, or comes
  /// from a check that answers immediately. `nil` when a check has to be run first; `answer(to:)` does that.
  ///
  /// What it says is what `answer(to:)` would, but that what an immediate check has said is believed for 10
  /// ms: asking it costs more than all the rest when probes come by the thousand. It counts as an answer, and
  /// builds no report.
  package func knownOutcome(of probe: HealthProbe) -> Bool? { knownOutcome(of: probe, for: nil) }

  func knownOutcome(of probe: HealthProbe, for asker: HealthLease?) -> Bool? {
    let selection = CheckSelection(asker: asker)
    var known = knowledge(of: probe, selection, isAsked: false)
    if case .afterAsking(let samples) = known {
      take(samples)
      known = knowledge(of: probe, selection, isAsked: true)
    }
    guard case .outcome(let passes) = known else { return nil }
    return passes
  }

  private enum Knowledge {
    case outcome(Bool)
    case afterAsking([Sample])
    case none
  }

  private func knowledge(of probe: HealthProbe, _ selection: CheckSelection, isAsked: Bool) -> Knowledge {
    let now = clock.now
    return state.withLock { state in
      if let passes = state.known.outcome(of: probe, askedBy: selection.asker, at: now) {
        state.answers.add(passes, to: probe)
        return .outcome(passes)
      }
      state.latchStartup(askedFor: probe, at: now)
      if !state.isLatched(probe) {
        var samples: [Sample] = []
        for registered in state.members(of: probe, selection) {
          if case .immediate(let ask) = registered.check.body {
            let age = state.scheduler.record(of: registered.id)?.last.map { now - $0.at }
            if !isAsked, age.map({ $0 > Self.belief }) ?? true {
              samples.append(Sample(id: registered.id, ask: ask))
            }
          } else if state.scheduler.needsRun(registered.id, at: now) {
            return .none
          }
        }
        if !samples.isEmpty { return .afterAsking(samples) }
      }
      let passes = state.verdict(on: probe, selection, at: now).passes
      state.answers.add(passes, to: probe)
      state.known.keep(
        passes, of: probe, askedBy: selection.asker, before: state.nextLook(at: probe, selection, from: now))
      return .outcome(passes)
    }
  }

  /// How long what an immediate check has said is believed.
  fileprivate static let belief = Duration.milliseconds(10)
}

extension HealthRegistry.State {
  /// When the outcome of a probe can next be another for no reason but time.
  fileprivate func nextLook(
    at probe: HealthProbe, _ selection: CheckSelection, from now: HealthInstant
  ) -> HealthInstant {
    var next = now + .seconds(1)
    guard !isLatched(probe) else { return next }
    for registered in members(of: probe, selection) {
      guard let record = scheduler.record(of: registered.id), let last = record.last else { return now }
      let lasts = registered.check.isImmediate ? HealthRegistry.belief : record.settings.period
      next = min(next, last.at + min(lasts, record.settings.effectiveValidity))
    }
    return next
  }
}

/// What each probe was told last, for as long as nothing changes: probes come by the thousand.
struct KnownOutcomes {
  private struct Outcome {
    let asker: HealthLease?
    let passes: Bool
    let end: HealthInstant
  }

  private var health: Outcome?
  private var ready: Outcome?
  private var live: Outcome?
  private var startup: Outcome?

  func outcome(of probe: HealthProbe, askedBy asker: HealthLease?, at now: HealthInstant) -> Bool? {
    let kept =
      switch probe {
      case .health: health
      case .ready: ready
      case .live: live
      case .startup: startup
      }
    guard let kept, kept.asker == asker, now < kept.end else { return nil }
    return kept.passes
  }

  mutating func keep(
    _ passes: Bool, of probe: HealthProbe, askedBy asker: HealthLease?, before end: HealthInstant
  ) {
    let outcome = Outcome(asker: asker, passes: passes, end: end)
    switch probe {
    case .health: health = outcome
    case .ready: ready = outcome
    case .live: live = outcome
    case .startup: startup = outcome
    }
  }
}
