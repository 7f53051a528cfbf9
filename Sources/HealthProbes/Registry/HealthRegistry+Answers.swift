// What is the answer to a probe, in bounded time?

import ObservabilityPlatform

extension HealthRegistry {
  /// Answers a probe, running the checks that need it, within ``answerDeadline``.
  ///
  /// The caller is resumed by whichever thread stores the last result or fires the deadline, with no child
  /// task in between: on an event loop that is also the caller's executor, the answer comes even when every
  /// thread of the cooperative pool is blocked. Cancellation ends the waiting early.
  ///
  /// - Parameters:
  ///   - excluding: checks to leave out.
  ///   - only: the one check to ask. With it, maintenance, draining and the other checks do not matter.
  ///   - groups: the groups whose checks to ask; none asks all.
  package func answer(
    to probe: HealthProbe, excluding: Set<String> = [], only: String? = nil, groups: Set<String> = []
  ) async -> ProbeAnswer {
    await answer(to: probe, CheckSelection(excluding: excluding, only: only, groups: groups))
  }

  func answer(to probe: HealthProbe, _ selection: CheckSelection) async -> ProbeAnswer {
    let needed = work(for: probe, selection)
    take(needed.samples)
    if !needed.runs.isEmpty { await wait(for: needed.runs) }
    return storedAnswer(to: probe, selection, isCounted: true)
  }

  func answerWithoutRuns(
    to probe: HealthProbe, _ selection: CheckSelection, isCounted: Bool = true
  ) -> ProbeAnswer {
    take(work(for: probe, selection).samples)
    return storedAnswer(to: probe, selection, isCounted: isCounted)
  }

  /// The answer from stored results, without running anything.
  func storedAnswer(
    to probe: HealthProbe, excluding: Set<String> = [], only: String? = nil
  ) -> ProbeAnswer {
    storedAnswer(to: probe, CheckSelection(excluding: excluding, only: only), isCounted: false)
  }

  /// What is known about every check, from stored results: for metrics and for the host itself.
  public func report() -> HealthReport { report(for: nil) }

  func report(for asker: HealthLease?) -> HealthReport {
    storedAnswer(to: .health, CheckSelection(asker: asker), isCounted: false).report
  }

  /// Counts of runs and answers.
  public var statistics: HealthStatistics {
    state.withLock { state in
      var statistics = state.scheduler.statistics
      statistics.hooksDropped = state.hooksDropped
      statistics.answers = state.answers
      return statistics
    }
  }

  /// What has to be asked before a probe can be answered. Most often that is nothing that takes time, and
  /// then nobody is suspended and no timer is armed.
  private struct Work {
    var samples: [Sample] = []
    /// Every check of the answer, when at least one of them has to run.
    var runs: [CheckID] = []
  }

  private func work(for probe: HealthProbe, _ selection: CheckSelection) -> Work {
    let now = clock.now
    return state.withLock { state in
      // A start-up that has completed is not asked again.
      if state.isLatched(probe, only: selection.only) { return Work() }
      var work = Work()
      var needsRun = false
      for registered in state.members(of: probe, selection) {
        if case .immediate(let ask) = registered.check.body {
          work.samples.append(Sample(id: registered.id, ask: ask))
        } else {
          work.runs.append(registered.id)
          needsRun = needsRun || state.scheduler.needsRun(registered.id, at: now)
        }
      }
      if !needsRun { work.runs = [] }
      return work
    }
  }

  private func wait(for checks: [CheckID]) async {
    let id = state.withLock { state in
      state.lastID &+= 1
      return AnswerID(value: state.lastID)
    }
    let within = answerDeadline
    await withTaskCancellationHandler {
      await withCheckedContinuation { continuation in
        process { state in
          state.continuations[id] = continuation
          return .wanted(id, checks, within: within)
        }
        // Cancellation before this point found nothing to withdraw.
        if Task.isCancelled { withdraw(id) }
      }
    } onCancel: {
      withdraw(id)
    }
  }

  private func withdraw(_ id: AnswerID) {
    var continuation: CheckedContinuation<Void, Never>?
    process { state in
      continuation = state.continuations.removeValue(forKey: id)
      return continuation == nil ? nil : .withdrawn(id)
    }
    continuation?.resume()
  }

  private func storedAnswer(
    to probe: HealthProbe, _ selection: CheckSelection, isCounted: Bool
  ) -> ProbeAnswer {
    let now = clock.now
    let unixTime = clock.unixTime
    return state.withLock { state in
      state.latchStartup(askedFor: probe, at: now)
      let answer = state.answer(to: probe, selection, at: now, unixTime: unixTime)
      if isCounted, answer.isAnswerable { state.answers.add(answer.passes, to: probe) }
      return answer
    }
  }
}
