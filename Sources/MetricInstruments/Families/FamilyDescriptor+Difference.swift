// In which field does a registration differ from the one that has its name?

extension FamilyDescriptor {
  /// The first field in which the family differs from one that was registered before under its name, with both values;
  /// nil when it differs in none.
  func difference(from before: FamilyDescriptor) -> String? {
    if type != before.type { return differing("type", before.type.rawValue, type.rawValue) }
    if LabelText(help) != LabelText(before.help) {
      return differing("help", quoted(before.help), quoted(help))
    }
    if LabelText(unit) != LabelText(before.unit) {
      return differing("unit", quoted(before.unit), quoted(unit))
    }
    if labelNames.map({ LabelText($0) }) != before.labelNames.map({ LabelText($0) }) {
      return differing("labels", "\(before.labelNames)", "\(labelNames)")
    }
    if bounds != before.bounds {
      return differing("buckets", "\(Array(before.bounds.values))", "\(Array(bounds.values))")
    }
    if isAbsentUntilSet != before.isAbsentUntilSet {
      return differing("absentUntilSet", "\(before.isAbsentUntilSet)", "\(isAbsentUntilSet)")
    }
    return shape.difference(from: before.shape)
  }
}

extension FamilyShape {
  fileprivate func difference(from before: FamilyShape) -> String? {
    switch (before, self) {
    case (.bounded(_, _, let typeBefore), .bounded(_, _, let type)) where type != typeBefore:
      return differing(
        "type of the closed label", typeBefore?.description ?? "none", type?.description ?? "none")
    case (.bounded(let limitBefore, let timeoutBefore, _), .bounded(let limit, let timeout, _)),
      (.sparse(let limitBefore, let timeoutBefore), .sparse(let limit, let timeout)):
      if limit != limitBefore { return differing("limit", "\(limitBefore)", "\(limit)") }
      guard timeout != timeoutBefore else { return nil }
      return differing("idleTimeout", text(of: timeoutBefore), text(of: timeout))
    case (.closed(let typesBefore), .closed(let types)) where types != typesBefore:
      return differing("types of the labels", "\(typesBefore)", "\(types)")
    case (.stateSet(let typeBefore), .stateSet(let type)) where type != typeBefore:
      return differing("type of the states", "\(typeBefore)", "\(type)")
    case (.variable(let nameBefore), .variable(let name)) where name != nameBefore:
      return differing("name of the variable", quoted(nameBefore.text), quoted(name.text))
    default:
      return before == self ? nil : differing("kind", before.kind, kind)
    }
  }

  /// How series come about, in the words of a registration.
  private var kind: String {
    switch self {
    case .plain: "one series"
    case .closed: "a series for each case"
    case .bounded: "series that are found at run time"
    case .sparse: "series with labels of their own"
    case .info: "an info"
    case .stateSet: "a state set"
    case .variable: "a published variable"
    case .own: "one of the registry's own"
    case .closure: "values that are read from a closure"
    case .collected: "a collector's"
    }
  }
}

private func differing(_ field: String, _ before: String, _ now: String) -> String {
  "registered before with the \(field) \(before), and now with \(now)"
}

private func quoted(_ text: String) -> String { "\"\(text)\"" }

private func text(of timeout: Duration?) -> String { timeout.map { "\($0)" } ?? "nil" }
