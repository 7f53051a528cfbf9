// How do the scheduler's effects become tasks, timers and hooks?

import ObservabilityPlatform

extension HealthRegistry {
  /// What is left to do once the lock is released: everything that may call code which is not ours.
  private struct Deferred {
    var cancelled: [(run: RunID, task: Task<Void, Never>)] = []
    var completed: [CheckedContinuation<Void, Never>] = []
    var samples: [Sample] = []
    var hasHooks = false
  }

  /// An immediate check that is to be asked, outside of the lock.
  struct Sample {
    let id: CheckID
    let ask: @Sendable () -> HealthObservation
  }

  /// Asks immediate checks, and stores what they say.
  func take(_ samples: [Sample]) {
    for sample in samples {
      let observation = sample.ask()
      process { _ in .sampled(sample.id, observation) }
    }
  }

  /// Passes an event to the scheduler and does what it says.
  ///
  /// - Parameter makeEvent: runs under the lock; `nil` means that nothing has happened.
  func process(_ makeEvent: (inout State) -> HealthScheduler.Event?) {
    let now = clock.now
    let deferred = state.withLock { state -> Deferred in
      var deferred = Deferred()
      guard let event = makeEvent(&state) else { return deferred }
      let hooksBefore = state.hookCalls.count
      for effect in state.scheduler.handle(event, at: now) {
        apply(effect, to: &state, &deferred)
      }
      deferred.hasHooks = hooksBefore == 0 && !state.hookCalls.isEmpty
      arm(&state, at: now)
      return deferred
    }
    for (run, task) in deferred.cancelled { task.cancelElsewhere(of: "check \(run)") }
    for continuation in deferred.completed { continuation.resume() }
    take(deferred.samples)
    if deferred.hasHooks { deliverHooks() }
  }

  private func finish(_ run: RunID, _ observation: HealthObservation) {
    process { state in
      state.tasks[run] = nil
      return .finished(run, observation)
    }
  }

  private func apply(
    _ effect: HealthScheduler.Effect, to state: inout State, _ deferred: inout Deferred
  ) {
    switch effect {
    case .start(let run, let id):
      guard case .task(let ask) = state.checksByID[id]?.body else { return }
      state.scheduler.note("a thread of the cooperative pool", of: run)
      state.tasks[run] = startTask(run, ask)
    case .sample(let id):
      guard case .immediate(let ask) = state.checksByID[id]?.body else { return }
      deferred.samples.append(Sample(id: id, ask: ask))
    case .cancel(let run):
      if let task = state.tasks[run] { deferred.cancelled.append((run, task)) }
    case .complete(let answer):
      if let continuation = state.continuations.removeValue(forKey: answer) {
        deferred.completed.append(continuation)
      }
    case .stored(let id):
      guard let name = state.checksByID[id]?.name, let last = state.scheduler.record(of: id)?.last else {
        return
      }
      for hook in state.observers.compactMap(\.stored) {
        state.call { hook(name, last.result, last.duration) }
      }
    case .changed(let id, let change):
      guard let name = state.checksByID[id]?.name else { return }
      let transition = HealthTransition(
        check: name, from: change.from, to: change.to, reason: change.reason, unixTime: clock.unixTime)
      for hook in state.observers.compactMap(\.transition) { state.call { hook(transition) } }
    case .failed(let id, let reason):
      guard let name = state.checksByID[id]?.name else { return }
      for hook in state.observers.compactMap(\.failure) { state.call { hook(name, reason) } }
    case .slowed(let id, let duration):
      guard let check = state.checksByID[id] else { return }
      let (name, deadline) = (check.name, check.settings.deadline)
      for hook in state.observers.compactMap(\.slowed) { state.call { hook(name, duration, deadline) } }
    }
  }

  /// One task for one run. It holds the registry only weakly, so that a check which never returns does not
  /// keep it alive.
  private func startTask(
    _ run: RunID, _ ask: @escaping @Sendable (RunProgress) async throws -> HealthObservation
  ) -> Task<Void, Never> {
    let progress = RunProgress { [weak self] cause in
      self?.state.withLock { $0.scheduler.note(cause, of: run) }
    }
    return Task.detached { [weak self] in
      progress.goesOn()
      let observation: HealthObservation
      do {
        observation = try await ask(progress)
      } catch {
        observation = HealthObservation(.fail("\(error)"))
      }
      self?.finish(run, observation)
    }
  }

  /// Calls the hooks that are waiting, in the order in which things happened.
  private func deliverHooks() {
    let isDelivered = hooks.deliver { [state] in
      let calls = state.withLock { state in
        defer { state.hookCalls = [] }
        return state.hookCalls
      }
      for call in calls { call() }
    }
    if !isDelivered {
      state.withLock { state in
        state.hooksDropped &+= UInt64(state.hookCalls.count)
        state.hookCalls = []
      }
    }
  }

  /// Makes sure that the timer fires when the scheduler next needs it. A call that is armed too early is left
  /// alone: it does no harm, and cancelling and arming at every answer would cost more.
  private func arm(_ state: inout State, at now: HealthInstant) {
    guard let wake = state.scheduler.nextWake else { return }
    if let armed = state.armed {
      guard wake < armed.at else { return }
      armed.token.cancel()
    }
    let token = state.timer.schedule(after: max(wake - now, .zero)) { [weak self] in self?.wake(wake) }
    state.armed = (wake, token)
  }

  private func wake(_ due: HealthInstant) {
    process { state in
      if let armed = state.armed, armed.at <= due { state.armed = nil }
      return .woke
    }
  }
}

extension HealthRegistry.State {
  fileprivate mutating func call(_ hook: @escaping @Sendable () -> Void) {
    guard hookCalls.count < HookDelivery.limit else {
      hooksDropped &+= 1
      return
    }
    hookCalls.append(hook)
  }
}
