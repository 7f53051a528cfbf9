// How is a series found whose labels are named only when something is recorded?

/// One series for each set of labels seen, up to a limit, where each set may have names of its own:
/// `family[["route": "/", "status": "200"]]` beside `family[["route": "/"]]`.
///
/// It is for what passes on recordings of another library, which names labels as it goes. A label that a series does not
/// have is not shown, which to a scraper is an empty value. Past the limit, what has no series yet is recorded under `other`
/// in every label that the family has had by then (without labels if there was none), and counted in
/// `observability_overflow_total{family}`. So is, and counted as `invalid_label`, what has a value of more than 1,024
/// bytes, a name that does not match `[a-zA-Z_][a-zA-Z0-9_]*`, is reserved or a constant label, or the 65th name of the
/// family.
///
/// Keep the instrument: a look-up costs much more than one in a ``BoundedFamily``. All methods may be called from any
/// thread.
public struct SparseFamily<Child: MetricInstrument>: Sendable {
  private let series: BoundedSeries<Child>
  private let names: SparseLabelNames

  init(_ series: BoundedSeries<Child>, _ names: SparseLabelNames) {
    self.series = series
    self.names = names
  }

  /// The series of these labels, in any order; it is created on first use.
  public subscript(_ labels: KeyValuePairs<String, String>) -> Child {
    self.series(labels.map { ($0.key, $0.value) })
  }

  /// The series of these labels, in any order; it is created on first use. Of two values of one name the last counts.
  public func series(_ labels: some Sequence<(String, String)>) -> Child {
    let index = series.index
    // The sequence is the host's code, so it is read before anything is locked.
    guard let values = names.values(of: Array(labels), adding: true) else {
      return series.typed(index.otherOfInvalid())
    }
    return series.typed(index.find(values))
  }

  /// The series of these labels, or nil when there is none; none is created, and an idle one does not stay for it.
  public func existing(_ labels: KeyValuePairs<String, String>) -> Child? {
    guard let values = names.values(of: labels.map { ($0.key, $0.value) }, adding: false) else {
      return nil
    }
    return series.index.existing(values).map(series.typed)
  }

  /// Takes a series out of the exposition, by the instrument; false when it is not, or no more, one of the family. `other`
  /// stays.
  @discardableResult
  public func remove(_ instrument: Child) -> Bool { series.index.remove(instrument) }

  /// Takes out the series that were in no use for as long as `age`, and says how many there were; see
  /// ``BoundedFamily/expireIdle(after:)``.
  @discardableResult
  public func expireIdle(after age: Duration) -> Int { series.index.expireIdle(after: age) }

  /// How many series there are.
  public var count: Int { series.index.count }
}

extension Registry {
  /// Registers a metric whose labels are named only when something is recorded; see ``SparseFamily``.
  ///
  /// Registering the same again, limit and idle time included, returns the family that exists.
  ///
  /// - Parameters:
  ///   - declaration: the metric.
  ///   - limit: how many sets of labels have a series of their own; below 0 counts as 0.
  ///   - idleTimeout: how long a series stays that is neither looked up nor recorded into, nor held by a ``GaugeGuard``;
  ///     nil for ever.
  /// - Throws: ``RegistrationError``: as ``register(_:)``.
  public func registerSparse<Child>(
    _ declaration: MetricDeclaration<Child>, limit: Int = 500, idleTimeout: Duration? = nil
  ) throws(RegistrationError) -> SparseFamily<Child> {
    try registerSparse(
      declaration, limit: limit, idleTimeout: idleTimeout, isNamedElsewhere: false)
  }

  /// The same for a metric to which another library gave its name: it may end in `_count` and the like.
  package func registerSparse<Child>(
    _ declaration: MetricDeclaration<Child>, limit: Int, idleTimeout: Duration?, isNamedElsewhere: Bool
  ) throws(RegistrationError) -> SparseFamily<Child> {
    let context = context
    let limit = max(0, limit)
    let isHistogram = declaration.type == .histogram
    let names = SparseLabelNames { name in
      LabelName.isLegacy(name) && !name.hasPrefix("__") && name != "quantile"
        && !(isHistogram && name == "le")
        && context.constantLabels.problem(beside: [name]) == nil
    }
    return try add(
      declaration, labels: [], shape: .sparse(limit: limit, idleTimeout: idleTimeout), sparseNames: names,
      isNamedElsewhere: isNamedElsewhere
    ) {
      let series = BoundedSeries(
        labelNames: .sparse(names), limit: limit, idleTimeout: idleTimeout, context: context,
        overflow: overflow[fullName(declaration.name)], make: { declaration.make(context, $0) })
      return (.bounded(series), SparseFamily(series, names))
    }
  }
}
