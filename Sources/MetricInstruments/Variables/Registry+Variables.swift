// How does a published variable come into a registry?

extension Registry {
  /// Registers the number of a variable, under its name made legal and without the namespace.
  func publishNumber(
    _ name: String, help: String, start: VariableNumber
  ) throws(RegistrationError) -> VariableCell {
    try publish(name, help: help, labels: []) { [context] _ in
      let cell = VariableCell(context: context, labels: context.labels(), start: start)
      return (.variables(.fixed([cell])), cell)
    }
  }

  /// The same for a variable of many numbers.
  func publishMap(
    _ name: String, help: String, label: String, limit: Int
  ) throws(RegistrationError) -> BoundedSeries<VariableCell> {
    try publish(name, help: help, labels: [label]) { [context] name in
      let series = BoundedSeries(
        labelNames: .fixed([label]), limit: limit, context: context, overflow: overflow[name],
        make: { VariableCell(context: context, labels: $0, start: .integer(0)) })
      return (.variables(.bounded(series)), series)
    }
  }

  private func publish<Handle: Sendable>(
    _ name: String, help: String, labels: [String], make: (String) -> (FamilyCore.Children, Handle)
  ) throws(RegistrationError) -> Handle {
    let legal = MetricName.legal(for: name)
    let descriptor = FamilyDescriptor(
      name: legal, type: .unknown, help: help, unit: "", labelNames: labels, bounds: [],
      shape: .variable(LabelText(name)))
    do throws(RegistrationError) {
      return try add(descriptor) { make(legal) }
    } catch {
      throw RegistrationError(error.code, of: name, "as \(legal) in the exposition: \(error.message)")
    }
  }
}
