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
      state.latchStartup(askedFor: probe, at: now)
      if !state.isLatched(probe) {
        var samples: [Sample] = []
        for registered in state.members(of: probe, selection) {
          if case .immediate(let ask) = registered.check.body {
            let age = state.scheduler.record(of: registered.id)?.last.map { now - $0.at }
            if !isAsked, age.map({ $0 > .milliseconds(10) }) ?? true {
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
      return .outcome(passes)
    }
  }
}
