// How is a series found of which one label is known when the program is compiled, and others are not?

extension Registry {
  /// Registers a metric with a closed label beside bounded ones, one to three.
  ///
  /// A series appears when it is first looked up. Past the limit the bounded labels become `other` and the closed one keeps
  /// its value: a sum over the others is right for each of its cases. Registering the same again returns the family that
  /// exists.
  ///
  /// - Parameters:
  ///   - declaration: the metric.
  ///   - closed: the closed label's name and the type of its values.
  ///   - first: the name of the first bounded label.
  ///   - others: the names of the others, as strings.
  ///   - limit: how many combinations of all values have a series of their own; below 0 counts as 0.
  ///   - idleTimeout: how long a series stays that is neither looked up nor recorded into, nor held by a ``GaugeGuard``;
  ///     nil for ever.
  /// - Throws: ``RegistrationError``: as ``register(_:)``, and `invalidLabels` for a label's name that cannot be used or
  ///   comes twice, for a type that is no closed label, and for more than three bounded labels.
  public func register<Child, Closed: ClosedLabel, each Label: StringProtocol>(
    _ declaration: MetricDeclaration<Child>, by closed: (String, Closed.Type), byBounded first: String,
    _ others: repeat each Label, limit: Int = 500, idleTimeout: Duration? = nil
  ) throws(RegistrationError) -> BoundedFamily<Child, (Closed, String, repeat each Label)> {
    var labels = [closed.0, first]
    for other in repeat each others { labels.append(String(other)) }
    guard labels.count <= 4 else {
      throw RegistrationError(
        .invalidLabels, of: fullName(declaration.name),
        "a family has at most three bounded labels beside a closed one")
    }
    _ = try ClosedCombinations([closed], for: fullName(declaration.name))
    let context = context
    let limit = max(0, limit)
    let shape = FamilyShape.bounded(
      limit: limit, idleTimeout: idleTimeout, closed: ClosedType(Closed.self))
    return try add(declaration, labels: labels, shape: shape) {
      let series = BoundedSeries(
        labelNames: .fixed(labels), pinned: 1, limit: limit, idleTimeout: idleTimeout, context: context,
        overflow: overflow[fullName(declaration.name)], make: { declaration.make(context, $0) })
      return (.bounded(series), BoundedFamily(series))
    }
  }
}

extension BoundedFamily {
  /// The series of a case and a label value; it is created on first use.
  public subscript<Closed: ClosedLabel>(_ closed: Closed, _ first: String) -> Child
  where Labels == (Closed, String) {
    series.find(closed.labelValue, first)
  }

  /// The series of a case and a label value, or nil when there is none; none is created, and an idle one does not stay
  /// for it.
  public func existing<Closed: ClosedLabel>(_ closed: Closed, _ first: String) -> Child?
  where Labels == (Closed, String) {
    series.index.existing([closed.labelValue, first]).map(series.typed)
  }

  /// The series of a case and two label values; it is created on first use.
  public subscript<Closed: ClosedLabel>(_ closed: Closed, _ first: String, _ second: String) -> Child
  where Labels == (Closed, String, String) {
    series.find(closed.labelValue, first, second)
  }

  /// The series of a case and two label values, or nil when there is none; none is created, and an idle one does not stay
  /// for it.
  public func existing<Closed: ClosedLabel>(_ closed: Closed, _ first: String, _ second: String) -> Child?
  where Labels == (Closed, String, String) {
    series.index.existing([closed.labelValue, first, second]).map(series.typed)
  }

  /// The series of a case and three label values; it is created on first use.
  public subscript<Closed: ClosedLabel>(
    _ closed: Closed, _ first: String, _ second: String, _ third: String
  ) -> Child
  where Labels == (Closed, String, String, String) {
    series.find(closed.labelValue, first, second, third)
  }

  /// The series of a case and three label values, or nil when there is none; none is created, and an idle one does not
  /// stay for it.
  public func existing<Closed: ClosedLabel>(
    _ closed: Closed, _ first: String, _ second: String, _ third: String
  ) -> Child?
  where Labels == (Closed, String, String, String) {
    series.index.existing([closed.labelValue, first, second, third]).map(series.typed)
  }
}
