// How does a metric come into a registry, for each number and kind of labels?

import ObservabilityPlatform

extension Registry {
  /// Registers a metric without labels, with the registry's namespace before its name.
  ///
  /// Registering the same again (type, name, help, unit and buckets) returns the instrument that exists, so two parts of
  /// a program may each register what they share.
  ///
  /// - Returns: the instrument, to be kept: recording into it looks nothing up. May be called from any thread.
  /// - Throws: ``RegistrationError``: `invalidName`, `invalidUnit` or `invalidBounds` for a declaration that no scraper
  ///   would take; `conflict` when the name, or that of one of its samples, is registered as anything else.
  public func register<Child>(_ declaration: MetricDeclaration<Child>) throws(RegistrationError) -> Child {
    try add(declaration, labels: [], shape: .plain) { [context] in
      let child = declaration.make(context, context.labels())
      return (.fixed([child]), child)
    }
  }

  /// Registers a metric with one closed label: a family that has every series from the start.
  ///
  /// Registering the same again returns the family that exists; with other labels, or labels of another type, it is a
  /// conflict.
  ///
  /// - Parameters:
  ///   - declaration: the metric.
  ///   - label: the label's name and the type of its values.
  /// - Throws: ``RegistrationError``: as ``register(_:)``, and `invalidLabels` for a label's name that cannot be used or
  ///   comes twice, or a type that is no enum of at most 256 cases without associated values.
  public func register<Child, Label: ClosedLabel>(
    _ declaration: MetricDeclaration<Child>, by label: (String, Label.Type)
  ) throws(RegistrationError) -> ClosedFamily<Child, Label> {
    try addClosed(declaration, by: [label]) { ClosedFamily(children: $1) }
  }

  /// Registers a metric with two closed labels: a family that has every series from the start.
  ///
  /// Registering the same again returns the family that exists; with other labels, or labels of another type, it is a
  /// conflict.
  ///
  /// - Parameters:
  ///   - declaration: the metric.
  ///   - first: the first label's name and the type of its values.
  ///   - second: those of the second.
  /// - Throws: ``RegistrationError``: as ``register(_:)``, and `invalidLabels` for a label's name that cannot
  ///   be used or comes twice, a type that is no enum of at most 256 cases without associated values, or more
  ///   than 10,000 combinations of values.
  public func register<Child, First: ClosedLabel, Second: ClosedLabel>(
    _ declaration: MetricDeclaration<Child>, by first: (String, First.Type), _ second: (String, Second.Type)
  ) throws(RegistrationError) -> ClosedFamily2<Child, First, Second> {
    try addClosed(declaration, by: [first, second]) { ClosedFamily2($0, children: $1) }
  }

  /// Registers a metric with three closed labels: a family that has every series from the start.
  ///
  /// Registering the same again returns the family that exists; with other labels, or labels of another type, it is a
  /// conflict.
  ///
  /// - Parameters:
  ///   - declaration: the metric.
  ///   - first: the first label's name and the type of its values.
  ///   - second: those of the second.
  ///   - third: those of the third.
  /// - Throws: ``RegistrationError``: as ``register(_:)``, and `invalidLabels` for a label's name that cannot
  ///   be used or comes twice, a type that is no enum of at most 256 cases without associated values, or more
  ///   than 10,000 combinations of values.
  public func register<Child, First: ClosedLabel, Second: ClosedLabel, Third: ClosedLabel>(
    _ declaration: MetricDeclaration<Child>, by first: (String, First.Type), _ second: (String, Second.Type),
    _ third: (String, Third.Type)
  ) throws(RegistrationError) -> ClosedFamily3<Child, First, Second, Third> {
    try addClosed(declaration, by: [first, second, third]) { ClosedFamily3($0, children: $1) }
  }

  /// Registers a metric with bounded labels, one to four, whose values are known when something is recorded.
  ///
  /// A series appears when it is first looked up. Registering the same again, limit and idle time included, returns the
  /// family that exists.
  ///
  /// - Parameters:
  ///   - declaration: the metric.
  ///   - first: the name of the first label.
  ///   - others: the names of the others, as strings; the family is looked up with as many values.
  ///   - limit: how many combinations of values have a series of their own. When there are as many, what has
  ///     none is recorded under `other` and counted in `observability_overflow_total{family}`. Below 0 counts
  ///     as 0, where there is nothing but `other`.
  ///   - idleTimeout: how long a series stays that is neither looked up nor recorded into, nor held by a
  ///     ``GaugeGuard``; nil for ever. It is looked for when the registry is scraped, so a series stays at most a quarter
  ///     and the time between two scrapes longer. A handle that was kept refuses what it is given from then on.
  /// - Throws: ``RegistrationError``: as ``register(_:)``, and `invalidLabels` for a label's name that cannot be used or
  ///   comes twice, and for more than four labels.
  public func register<Child, each Label: StringProtocol>(
    _ declaration: MetricDeclaration<Child>, byBounded first: String, _ others: repeat each Label,
    limit: Int = 500, idleTimeout: Duration? = nil
  ) throws(RegistrationError) -> BoundedFamily<Child, (String, repeat each Label)> {
    var labels = [first]
    for other in repeat each others { labels.append(String(other)) }
    guard labels.count <= 4 else {
      throw RegistrationError(
        .invalidLabels, of: fullName(declaration.name), "a family has at most four bounded labels")
    }
    let context = context
    let limit = max(0, limit)
    return try add(declaration, labels: labels, shape: .bounded(limit: limit, idleTimeout: idleTimeout)) {
      // The series of the overflow is made here so that a full family is visible as 0 before it overflows.
      let series = BoundedSeries(
        labelNames: .fixed(labels), limit: limit, idleTimeout: idleTimeout, context: context,
        overflow: overflow[fullName(declaration.name)],
        make: { declaration.make(context, $0) })
      return (.bounded(series), BoundedFamily(series))
    }
  }

  /// Registers facts that are exported as the labels of a series with the value 1, to be joined with others.
  ///
  /// Registering the same names again returns what exists, with the values that it has.
  ///
  /// - Parameters:
  ///   - name: the name; it ends in `_info`.
  ///   - help: what the facts are about.
  ///   - facts: the labels' names, and their values at first.
  /// - Throws: ``RegistrationError``: `invalidName`, `invalidLabels` or `conflict`.
  public func info(
    _ name: String, help: String, _ facts: KeyValuePairs<String, String>
  ) throws(RegistrationError) -> InfoMetric {
    let names = facts.map(\.key)
    let descriptor = descriptor(name, .info, help, labels: names, shape: .info)
    return try add(descriptor) {
      let info = InfoMetric(facts.map { (name: $0.key, value: $0.value) }, context: context)
      return (.info(info), info)
    }
  }

  /// Registers a set of states, exported as one series a state: 1 for those that hold, 0 for the others.
  ///
  /// Registering the same again returns what exists.
  ///
  /// - Parameters:
  ///   - name: the name of the metric, and of the label that names the state.
  ///   - help: what the states are about.
  ///   - states: the type whose cases are the states.
  /// - Throws: ``RegistrationError``: `invalidName`, `conflict`, or `invalidLabels` for a type that cannot be a label.
  public func stateSet<State: ClosedLabel>(
    _ name: String, help: String, of states: State.Type
  ) throws(RegistrationError) -> StateSet<State> {
    let descriptor = descriptor(
      name, .stateset, help, labels: [], shape: .stateSet(ClosedType(State.self)))
    let names = try State.closedLabelValues(for: descriptor.name)
    return try add(descriptor) {
      let set = AnyStateSet(names: names, context: context)
      return (.stateSet(set), StateSet(set))
    }
  }

  // MARK: - How it is done

  private func descriptor(
    _ name: String, _ type: MetricType, _ help: String, unit: String = "", labels: [String],
    bounds: BucketBounds = [], shape: FamilyShape, isAbsentUntilSet: Bool = false,
    sparseNames: SparseLabelNames? = nil, isNamedElsewhere: Bool = false
  ) -> FamilyDescriptor {
    FamilyDescriptor(
      name: fullName(name), type: type, help: help, unit: unit, labelNames: labels, bounds: bounds,
      shape: shape, isAbsentUntilSet: isAbsentUntilSet, sparseNames: sparseNames,
      isNamedElsewhere: isNamedElsewhere)
  }

  func add<Child, Handle: Sendable>(
    _ declaration: MetricDeclaration<Child>, labels: [String], shape: FamilyShape,
    sparseNames: SparseLabelNames? = nil, isNamedElsewhere: Bool = false,
    make: () -> (FamilySeries<Child>, Handle)
  ) throws(RegistrationError) -> Handle {
    let descriptor = descriptor(
      declaration.name, declaration.type, declaration.help, unit: declaration.unit, labels: labels,
      bounds: declaration.bounds, shape: shape, isAbsentUntilSet: declaration.isAbsentUntilSet,
      sparseNames: sparseNames, isNamedElsewhere: isNamedElsewhere)
    return try add(descriptor) {
      let (series, handle) = make()
      return (declaration.children(series), handle)
    }
  }

  private func addClosed<Child, Family: Sendable>(
    _ declaration: MetricDeclaration<Child>, by labels: [(String, any ClosedLabel.Type)],
    family: (ClosedCombinations, [Child]) -> Family
  ) throws(RegistrationError) -> Family {
    let combinations = try ClosedCombinations(labels, for: fullName(declaration.name))
    let names = combinations.names
    return try add(declaration, labels: names, shape: .closed(combinations.types)) { [context] in
      let children = combinations.all.map {
        declaration.make(context, context.labels(names, $0))
      }
      return (.fixed(children), family(combinations, children))
    }
  }
}
