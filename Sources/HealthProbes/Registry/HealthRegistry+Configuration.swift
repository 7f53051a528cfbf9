// How does an operator's configuration reach the checks, whenever they are added?

import ObservabilityPlatform

extension HealthRegistry {
  /// Changes the settings of checks by name, those that exist and those that are added later. Names that are not
  /// given stay as they were configured before; ``HealthCheck/Overrides`` that say nothing take that back.
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
    let known = state.withLock { state in state.checks.map(\.original) + state.switchedOff.values }
    for check in known { _ = try check.overridden(by: overrides[check.name]) }
    for (name, change) in overrides {
      process { state in
        state.overrides[name] = change
        return state.reconfigure(name)
      }
    }
  }
}

extension HealthRegistry.State {
  fileprivate mutating func reconfigure(_ name: String) -> HealthScheduler.Event? {
    if isSwitchedOff(name) { declared.remove(name) }
    if let place = checks.firstIndex(where: { $0.check.name == name }) {
      let registered = checks[place]
      if isSwitchedOff(name) {
        switchedOff[name] = registered.original
        return removeCheck(at: place)
      }
      // One that was added meanwhile and does not fit keeps what it has.
      guard let check = try? registered.original.overridden(by: overrides[name]) else { return nil }
      checks[place].check = check
      checksByID[registered.id] = check
      return .configured(registered.id, check.settings)
    }
    guard !isSwitchedOff(name), let original = switchedOff.removeValue(forKey: name) else { return nil }
    return insert(original, (try? original.overridden(by: overrides[name])) ?? original)
  }
}
