// Which metrics there are.

internal import Locking

/// The metrics of one program.
///
/// Registering throws what is wrong with a metric (``RegistrationError``); registering the same metric again returns
/// the one that exists. All methods may be called from any thread, while scrapes run.
///
/// A registry exports two families about itself, `observability_rejected_total{reason}` and
/// `observability_overflow_total{family}`: what instruments could not record as asked.
public final class Registry: Sendable {
  /// What every name begins with, followed by an underscore; or nothing.
  public let namespace: String
  package let allowsUTF8Names: Bool
  package let context: InstrumentContext
  private let state = Locked(State())
  private let overflow: BoundedFamily<Counter, OneLabel>

  private struct Entry {
    let core: FamilyCore
    /// The instrument or family as the caller has it.
    let handle: any Sendable
  }

  private struct State {
    var entries: [String: Entry] = [:]
    /// Names of samples, and the family to which each belongs.
    var claimed: [String: String] = [:]
    var sorted: [FamilyCore]?
    var collectors: [any Collector] = []
  }

  /// A registry.
  ///
  /// - Parameters:
  ///   - namespace: the prefix of every name, such as `rusmes`; empty for none.
  ///   - clock: what timers read.
  ///   - allowsUTF8Names: accept any text as the name of a metric or label, as Prometheus 3 does. Scrapers that do not
  ///     understand such names are given escaped ones.
  public init(namespace: String = "", clock: MonotonicClock = .system, allowsUTF8Names: Bool = false)
    throws(RegistrationError)
  {
    guard namespace.isEmpty || MetricName.isLegacy(namespace) else {
      throw RegistrationError(
        code: .invalidName, metric: namespace, message: "a namespace matches [a-zA-Z_:][a-zA-Z0-9_:]*")
    }
    self.namespace = namespace
    self.allowsUTF8Names = allowsUTF8Names
    context = InstrumentContext(clock: clock)
    let overflowIndex = SeriesIndex(
      labelNames: ["family"], limit: 10_000, context: context, overflow: nil,
      make: { Counter(context: nil, labels: $0) })
    overflow = BoundedFamily(index: overflowIndex)
    try export(
      .counter("observability_rejected_total", help: "Values that instruments refused, by reason."),
      labels: ["reason"], children: .fixed(Array(context.rejected.children)), handle: context.rejected)
    try export(
      .counter(
        "observability_overflow_total", help: "Recordings that went to other because a family was full."),
      labels: ["family"], children: .open(overflowIndex), handle: overflow)
  }

  /// Counts of refused values, by reason.
  package var rejected: Family<Counter, RejectionReason> { context.rejected }

  // MARK: - Registration

  /// Registers a metric without labels.
  public func register<Child>(_ declaration: Declaration<Child>) throws(RegistrationError) -> Child {
    try add(declaration, labels: [], shape: "plain") { [context] in
      let child = declaration.make(context, .none)
      return (.fixed([child]), child)
    }
  }

  /// Registers a metric with one closed label.
  public func register<Child, Label: ClosedLabel>(
    _ declaration: Declaration<Child>, by label: (String, Label.Type)
  ) throws(RegistrationError) -> Family<Child, Label> {
    let names = [label.0]
    try check([Label.closedLabelProblem], of: declaration)
    return try add(declaration, labels: names, shape: "\(Label.self)") { [context] in
      let children = Label.allCases.map {
        declaration.make(context, SeriesLabels(names: names, values: [$0.labelValue]))
      }
      return (.fixed(children), Family(children: children))
    }
  }

  /// Registers a metric with two closed labels.
  public func register<Child, First: ClosedLabel, Second: ClosedLabel>(
    _ declaration: Declaration<Child>, by first: (String, First.Type), _ second: (String, Second.Type)
  ) throws(RegistrationError) -> Family2<Child, First, Second> {
    let names = [first.0, second.0]
    try check([First.closedLabelProblem, Second.closedLabelProblem], of: declaration)
    return try add(declaration, labels: names, shape: "\(First.self),\(Second.self)") { [context] in
      let children = First.allCases.flatMap { first in
        Second.allCases.map { second in
          declaration.make(
            context, SeriesLabels(names: names, values: [first.labelValue, second.labelValue]))
        }
      }
      return (.fixed(children), Family2(children: children))
    }
  }

  /// Registers a metric with three closed labels.
  public func register<Child, First: ClosedLabel, Second: ClosedLabel, Third: ClosedLabel>(
    _ declaration: Declaration<Child>, by first: (String, First.Type), _ second: (String, Second.Type),
    _ third: (String, Third.Type)
  ) throws(RegistrationError) -> Family3<Child, First, Second, Third> {
    let names = [first.0, second.0, third.0]
    try check(
      [First.closedLabelProblem, Second.closedLabelProblem, Third.closedLabelProblem], of: declaration)
    return try add(declaration, labels: names, shape: "\(First.self),\(Second.self),\(Third.self)") {
      [context] in
      let children = First.allCases.flatMap { first in
        Second.allCases.flatMap { second in
          Third.allCases.map { third in
            declaration.make(
              context,
              SeriesLabels(
                names: names, values: [first.labelValue, second.labelValue, third.labelValue]))
          }
        }
      }
      return (.fixed(children), Family3(children: children))
    }
  }

  /// Registers a metric with one open label. At most `limit` values have a series of their own.
  public func register<Child>(
    _ declaration: Declaration<Child>, byOpen label: String, limit: Int = 500
  ) throws(RegistrationError) -> BoundedFamily<Child, OneLabel> {
    try addOpen(declaration, labels: [label], limit: limit)
  }

  /// Registers a metric with two open labels. At most `limit` combinations have a series of their own.
  public func register<Child>(
    _ declaration: Declaration<Child>, byOpen first: String, _ second: String, limit: Int = 500
  ) throws(RegistrationError) -> BoundedFamily<Child, TwoLabels> {
    try addOpen(declaration, labels: [first, second], limit: limit)
  }

  /// Registers a metric with three open labels. At most `limit` combinations have a series of their own.
  public func register<Child>(
    _ declaration: Declaration<Child>, byOpen first: String, _ second: String, _ third: String,
    limit: Int = 500
  ) throws(RegistrationError) -> BoundedFamily<Child, ThreeLabels> {
    try addOpen(declaration, labels: [first, second, third], limit: limit)
  }

  /// Registers a metric with four open labels. At most `limit` combinations have a series of their own.
  public func register<Child>(
    _ declaration: Declaration<Child>, byOpen first: String, _ second: String, _ third: String,
    _ fourth: String, limit: Int = 500
  ) throws(RegistrationError) -> BoundedFamily<Child, FourLabels> {
    try addOpen(declaration, labels: [first, second, third, fourth], limit: limit)
  }

  /// Registers facts that are exported as the labels of a series with the value 1. The name ends in `_info`.
  public func info(
    _ name: String, help: String, _ facts: KeyValuePairs<String, String>
  ) throws(RegistrationError) -> Info {
    let names = facts.map(\.key)
    let descriptor = descriptor(name, .info, help, labels: names, shape: "info")
    return try add(descriptor) {
      let info = Info(facts.map { (name: $0.key, value: $0.value) })
      return (.info(info), info)
    }
  }

  /// Registers a set of states, exported as one series a state. The label is called as the metric.
  public func stateSet<State: ClosedLabel>(
    _ name: String, help: String, of states: State.Type
  ) throws(RegistrationError) -> StateSet<State> {
    let descriptor = descriptor(name, .stateset, help, labels: [], shape: "\(State.self)")
    if let problem = State.closedLabelProblem {
      throw RegistrationError(code: .invalidLabels, metric: descriptor.name, message: problem)
    }
    return try add(descriptor) {
      let set = AnyStateSet(names: State.allCases.map(\.labelValue))
      return (.stateSet(set), StateSet(set))
    }
  }

  /// Takes a metric out of the exposition, by its name without the namespace; false when there is none.
  ///
  /// Recordings through instruments that somebody kept are refused and counted as `removed_series`.
  @discardableResult
  public func unregister(_ name: String) -> Bool {
    let name = fullName(name)
    let entry = state.withLock { state -> Entry? in
      guard let entry = state.entries.removeValue(forKey: name) else { return nil }
      state.claimed = state.claimed.filter { $0.value != name }
      state.sorted = nil
      return entry
    }
    guard let entry else { return false }
    switch entry.core.children {
    case .fixed(let instruments): for instrument in instruments { instrument.markRemoved() }
    case .open(let index): index.forEach(as: Instrument.self) { $0.markRemoved() }
    case .info, .stateSet: break
    }
    return true
  }

  // MARK: - Collectors

  /// Asks `collector` for its values at each scrape.
  public func add(_ collector: any Collector) throws(RegistrationError) {
    let isNew = state.withLock { state in
      guard !state.collectors.contains(where: { $0.name == collector.name }) else { return false }
      state.collectors.append(collector)
      return true
    }
    guard isNew else {
      throw RegistrationError(
        code: .conflict, metric: collector.name, message: "a collector of this name is there already")
    }
  }

  /// Stops asking the collector of this name; false when there is none.
  @discardableResult
  public func removeCollector(named name: String) -> Bool {
    state.withLock { state in
      let before = state.collectors.count
      state.collectors.removeAll { $0.name == name }
      return state.collectors.count < before
    }
  }

  // MARK: - Reading

  /// The families, sorted by name.
  package var families: [FamilyCore] {
    state.withLock { state in
      if let sorted = state.sorted { return sorted }
      let sorted = state.entries.values.map(\.core).sorted { $0.descriptor.name < $1.descriptor.name }
      state.sorted = sorted
      return sorted
    }
  }

  package var collectors: [any Collector] { state.withLock { $0.collectors } }

  /// How many series the instruments have now.
  package var seriesCount: Int { families.reduce(0) { $0 + $1.seriesCount } }

  package func fullName(_ name: String) -> String { namespace.isEmpty ? name : "\(namespace)_\(name)" }

  // MARK: - How it is done

  private func descriptor(
    _ name: String, _ type: MetricType, _ help: String, unit: String = "", labels: [String],
    bounds: BucketBounds = [], shape: String
  ) -> FamilyDescriptor {
    FamilyDescriptor(
      name: fullName(name), type: type, help: help, unit: unit, labelNames: labels, bounds: bounds,
      shape: shape)
  }

  private func check(_ problems: [String?], of declaration: Declaration<some Instrument>)
    throws(RegistrationError)
  {
    for case let problem? in problems {
      throw RegistrationError(code: .invalidLabels, metric: fullName(declaration.name), message: problem)
    }
  }

  private func add<Handle: Sendable>(
    _ declaration: Declaration<some Instrument>, labels: [String], shape: String,
    make: () -> (FamilyCore.Children, Handle)
  ) throws(RegistrationError) -> Handle {
    try add(
      descriptor(
        declaration.name, declaration.type, declaration.help, unit: declaration.unit, labels: labels,
        bounds: declaration.bounds, shape: shape + declaration.variant),
      make: make)
  }

  private func addOpen<Child, Labels>(
    _ declaration: Declaration<Child>, labels: [String], limit: Int
  ) throws(RegistrationError) -> BoundedFamily<Child, Labels> {
    let context = context
    // The series is made here so that a full family is visible as 0 before it overflows.
    return try add(declaration, labels: labels, shape: "open \(limit)") {
      let index = SeriesIndex(
        labelNames: labels, limit: limit, context: context, overflow: overflow[fullName(declaration.name)],
        make: { declaration.make(context, $0) })
      return (.open(index), BoundedFamily(index: index))
    }
  }

  // MARK: - Published variables

  /// Registers the number of a variable, under its name made legal and without the namespace.
  func publishNumber(
    _ name: String, help: String, start: VariableNumber
  ) throws(RegistrationError) -> VariableCell {
    try publish(name, help: help, labels: []) { [context] _ in
      let cell = VariableCell(context: context, labels: .none, start: start)
      return (.fixed([cell]), cell)
    }
  }

  /// The same for a variable of many numbers.
  func publishMap(
    _ name: String, help: String, label: String, limit: Int
  ) throws(RegistrationError) -> SeriesIndex {
    try publish(name, help: help, labels: [label]) { [context] name in
      let index = SeriesIndex(
        labelNames: [label], limit: limit, context: context, overflow: overflow[name],
        make: { VariableCell(context: context, labels: $0, start: .integer(0)) })
      return (.open(index), index)
    }
  }

  private func publish<Handle: Sendable>(
    _ name: String, help: String, labels: [String], make: (String) -> (FamilyCore.Children, Handle)
  ) throws(RegistrationError) -> Handle {
    let legal = MetricName.legal(for: name)
    // The variable's own name is part of the shape: two that become alike are not the same variable.
    let descriptor = FamilyDescriptor(
      name: legal, type: .unknown, help: help, unit: "", labelNames: labels, bounds: [],
      shape: "variable \(name)")
    do throws(RegistrationError) {
      return try add(descriptor) { make(legal) }
    } catch {
      throw RegistrationError(
        code: error.code, metric: name, message: "as \(legal) in the exposition: \(error.message)")
    }
  }

  /// Registers what exists already.
  private func export(
    _ declaration: Declaration<Counter>, labels: [String], children: FamilyCore.Children, handle: any Sendable
  ) throws(RegistrationError) {
    let exported = Exported(handle: handle)
    _ = try add(declaration, labels: labels, shape: "exported") { (children, exported) }
  }

  private struct Exported: Sendable { let handle: any Sendable }

  private func add<Handle: Sendable>(
    _ descriptor: FamilyDescriptor, make: () -> (FamilyCore.Children, Handle)
  ) throws(RegistrationError) -> Handle {
    try descriptor.validated(allowingUTF8: allowsUTF8Names)
    let outcome: Result<Handle, RegistrationError> = state.withLock { state in
      if let entry = state.entries[descriptor.name], entry.core.descriptor == descriptor,
        let handle = entry.handle as? Handle
      {
        return .success(handle)
      }
      for name in descriptor.claimedNames {
        guard let owner = state.claimed[name] else { continue }
        return .failure(
          RegistrationError(
            code: .conflict, metric: descriptor.name,
            message: owner == descriptor.name
              ? "registered before with another type, help, unit, labels or buckets"
              : "its sample \(name) would be one of \(owner)"))
      }
      let (children, handle) = make()
      let core = FamilyCore(descriptor, children)
      state.entries[descriptor.name] = Entry(core: core, handle: handle)
      for name in descriptor.claimedNames { state.claimed[name] = descriptor.name }
      state.sorted = nil
      return .success(handle)
    }
    return try outcome.get()
  }
}
