// How does an operator's configuration reach the checks, whenever they are added?

import ObservabilityPlatform

extension HealthRegistry {
  /// Changes the settings of checks by name, those that exist and those that are added later. Names that are
  /// not given stay as they were configured before; ``HealthCheck/Overrides`` that say nothing take that
  /// back.
  ///
  /// What has been found so far is kept, but by a check that is switched off.
  ///
  /// - Throws: ``HealthError`` when a name cannot be that of a check, or a check makes no sense with its new
  ///   settings; then nothing is changed.
  public func configure(_ overrides: [String: HealthCheck.Overrides]) throws(HealthError) {
    for (name, change) in overrides {
      try validateCheckName(name)
      // What is wrong with every check is found before there is one.
      _ = try change.applied(to: HealthCheck.Settings()).validated(for: name)
    }
    let known = state.withLock { state in state.checks.map(\.original) + state.switchedOff.map(\.original) }
    for check in known { _ = try check.overridden(by: overrides[check.name]) }
    for (name, change) in overrides {
      var isLast = false
      // Each server may have lent one of this name.
      while !isLast {
        process { state in
          state.overrides[name] = change
          let event = state.reconfigure(name)
          isLast = event == nil
          return event
        }
      }
    }
  }
}

extension HealthRegistry {
  /// The names of all checks so far, those that are switched off or only declared included, and the names that have been
  /// configured, of checks or not.
  package var names: (checks: Set<String>, configured: Set<String>) {
    state.withLock { state in
      let checks = state.checks.map(\.original.name) + state.switchedOff.map(\.original.name)
      return (Set(checks).union(state.declared), Set(state.overrides.keys))
    }
  }
}

extension HealthRegistry.State {
  /// Does one step, and returns nil when nothing is left to do.
  fileprivate mutating func reconfigure(_ name: String) -> HealthScheduler.Event? {
    if isSwitchedOff(name) {
      declared.remove(name)
      guard let place = firstCheck(named: name) else { return nil }
      switchedOff.append(.init(original: checks[place].original, lease: checks[place].lease))
      return removeCheck(at: place)
    }
    for place in checks.indices[place(of: name)...].prefix(while: { checks[$0].check.name == name }) {
      // One that was added meanwhile and does not fit keeps what it has.
      guard let check = try? checks[place].original.overridden(by: overrides[name]),
        check.settings != checks[place].check.settings
      else { continue }
      let registered = checks[place]
      checks[place] = .init(
        id: registered.id, original: registered.original, check: check, lease: registered.lease)
      checksByID[registered.id] = check
      return .configured(registered.id, check.settings)
    }
    guard let place = switchedOff.firstIndex(where: { $0.original.name == name }) else { return nil }
    let aside = switchedOff.remove(at: place)
    let check = (try? aside.original.overridden(by: overrides[name])) ?? aside.original
    return insert(aside.original, check, aside.lease)
  }
}
