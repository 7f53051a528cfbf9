// Which metrics are there?

import ObservabilityPlatform

/// The metrics of one program.
///
/// Registering throws what is wrong with a metric (``RegistrationError``); registering the same metric again returns
/// the one that exists. All methods may be called from any thread, while scrapes run.
///
/// A registry exports two families about itself, `observability_rejected_total{reason}` and
/// `observability_overflow_total{family}`: what instruments could not record as asked. A scrape adds two about its
/// collectors, `collector_success` and `collector_duration_seconds`, whose names are taken from the start.
public final class Registry: Sendable {
  /// What every name begins with, followed by an underscore; or nothing.
  public let namespace: String
  package let allowsUTF8Names: Bool
  let context: InstrumentContext
  private let state = Locked(State())
  let overflow: BoundedFamily<Counter, String>
  /// What is reported of collectors; their names are nobody else's.
  package let reports: CollectorReports

  private struct Entry {
    let core: FamilyCore
    let identity: FamilyIdentity
    /// The instrument or family as the caller has it.
    let handle: any Sendable
  }

  private struct State {
    var entries: [LabelText: Entry] = [:]
    /// Names of samples, and the family to which each belongs.
    var claimed: [NameClaim: LabelText] = [:]
    var sorted: [FamilyCore]?
    var collectors: [NamedCollector] = []
    /// The families that are read from closures, by name.
    var closures: [LabelText: FamilyDescriptor] = [:]
    /// The names of the library's own collectors, whether they are there or not.
    var ownCollectors: Set<LabelText> = []

    /// What stands in the way of a family that claims names, or nil.
    func problem(of descriptor: FamilyDescriptor, _ claims: [NameClaim]) -> String? {
      let name = LabelText(descriptor.name)
      for claim in claims {
        guard let owner = claimed[claim] else { continue }
        guard owner == name, let before = entries[name]?.core.descriptor ?? closures[name] else {
          return "its sample \(claim.name) would be one of \(owner)"
        }
        return descriptor.difference(from: before)
          ?? (before.shape == .closure ? "it is read from a closure already" : "its handle has another type")
      }
      return nil
    }

    /// What stands in the way of a collector of this name, or nil.
    func problem(ofCollector name: LabelText) -> String? {
      if ownCollectors.contains(name) { return "the library has a collector of this name" }
      return collectors.contains { $0.name == name } ? "a collector of this name is there already" : nil
    }

    /// Takes out collectors. Whoever is given them lets go of them with nothing locked: what they hold is the host's, and
    /// may call the registry when it ends.
    mutating func take(where isTaken: (NamedCollector) -> Bool) -> [NamedCollector] {
      let taken = collectors.filter(isTaken)
      collectors.removeAll(where: isTaken)
      return taken
    }

    /// Gives back the names of a family.
    mutating func release(_ descriptor: FamilyDescriptor) {
      let name = LabelText(descriptor.name)
      for claim in descriptor.claims where claimed[claim] == name { claimed[claim] = nil }
    }

    /// The families, sorted by name.
    var families: [FamilyCore] {
      entries.values.map(\.core).sorted { LabelText($0.descriptor.name) < LabelText($1.descriptor.name) }
    }
  }

  /// A registry.
  ///
  /// - Parameters:
  ///   - namespace: the prefix of every name, such as `rusmes`; empty for none. A name that begins with it and an
  ///     underscore is left as it is.
  ///   - constantLabels: what every series of the registry has besides, those of collectors included. A metric that has a
  ///     label of the same name is refused.
  ///   - clock: what timers read.
  ///   - allowsUTF8Names: accept any text as the name of a metric or label, as Prometheus 3 does. Scrapers that do not
  ///     understand such names are given escaped ones.
  public init(
    namespace: String = "", constantLabels: KeyValuePairs<String, String> = [:],
    clock: MonotonicClock = .system, allowsUTF8Names: Bool = false
  ) throws(RegistrationError) {
    guard namespace.isEmpty || MetricName.isLegacy(namespace) else {
      throw RegistrationError(.invalidName, of: namespace, "a namespace matches [a-zA-Z_:][a-zA-Z0-9_:]*")
    }
    self.namespace = namespace
    self.allowsUTF8Names = allowsUTF8Names
    let constantLabels = try ConstantLabels(constantLabels, namespace: namespace)
    context = InstrumentContext(clock: clock, constantLabels: constantLabels)
    reports = CollectorReports(namespace: namespace, constantLabels)
    for report in reports.all { try report.validated(allowingUTF8: allowsUTF8Names) }
    let overflowing = BoundedSeries(
      labelNames: .fixed(["family"]), limit: 10_000, context: context, overflow: nil,
      make: { Counter(context: nil, labels: $0) })
    overflow = BoundedFamily(overflowing)
    try export(
      .counter("observability_rejected_total", help: "Values that instruments refused, by reason."),
      labels: ["reason"], series: .fixed(Array(context.rejected.children)), handle: context.rejected)
    try export(
      .counter(
        "observability_overflow_total", help: "Recordings that went to other because a family was full."),
      labels: ["family"], series: .bounded(overflowing), handle: overflow)
    state.withLock { state in
      for report in reports.all {
        for claim in report.claims { state.claimed[claim] = LabelText(report.name) }
      }
    }
  }

  /// What every series has besides.
  package var constantLabels: ConstantLabels { context.constantLabels }

  /// Counts of refused values, by reason.
  var rejected: ClosedFamily<Counter, RejectionReason> { context.rejected }

  /// Counts a text that cannot be a label, for who must not hold the registry.
  package var countingInvalidLabels: @Sendable () -> Void { { [context] in context.reject(.invalidLabel) } }

  /// Takes a metric out of the exposition, by its name without the namespace, or a published variable, by its own name;
  /// false when there is none, or when it is one of the registry's own.
  ///
  /// Recordings through instruments and families that somebody kept are refused and counted as `removed_series`, for new
  /// label values as for old ones. The name can be registered again at once.
  @discardableResult
  public func unregister(_ name: String) -> Bool {
    let full = LabelText(fullName(name))
    let legal = LabelText(MetricName.legal(for: name))
    let variable = FamilyShape.variable(LabelText(name))
    let removed = state.withLock { state -> (FamilyCore?, [NamedCollector])? in
      if let closure = state.closures.removeValue(forKey: full) {
        state.release(closure)
        return (nil, state.take { $0.hasClaims && $0.name == full })
      }
      // Variables have no namespace.
      let name = state.entries[full] == nil ? legal : full
      guard let core = state.entries[name]?.core, core.descriptor.shape != .own,
        name == full || core.descriptor.shape == variable
      else { return nil }
      state.entries[name] = nil
      state.release(core.descriptor)
      state.sorted = nil
      // With the registry locked, since who registers the family again looks it up so too.
      overflow.remove(name.text)
      return (core, [])
    }
    guard let removed else { return false }
    removed.0?.close()
    return withExtendedLifetime(removed) { true }
  }

  /// Takes out the series of families with an idle timeout that are in no use. Whoever scrapes calls it before he reads.
  package func expireIdleSeries() {
    for family in families { family.expireIdleWhenDue() }
  }

  // MARK: - Collectors

  /// Asks `collector` for its values at each scrape.
  ///
  /// - Throws: ``RegistrationError`` when a collector of this name is there already or the library has one, or when the
  ///   name has more than 1,024 bytes.
  public func add(_ collector: any Collector) throws(RegistrationError) {
    let added = NamedCollector(collector)
    let name = added.name
    guard name.text.utf8.count <= LabelValue.maximumLength else {
      throw RegistrationError(
        .invalidName, of: name.text, "a collector's name has at most \(LabelValue.maximumLength) bytes")
    }
    let problem: String? = state.withLock { state in
      if let problem = state.problem(ofCollector: name) { return problem }
      state.collectors.append(added)
      return nil
    }
    if let problem { throw RegistrationError(.conflict, of: name.text, problem) }
  }

  /// Stops asking the collector of this name; false when there is none. Those of the library stay, and what is read from a
  /// closure goes by ``unregister(_:)``.
  @discardableResult
  public func removeCollector(named name: String) -> Bool {
    let name = LabelText(name)
    let removed = state.withLock { state in
      state.ownCollectors.contains(name) ? [] : state.take { !$0.hasClaims && $0.name == name }
    }
    return withExtendedLifetime(removed) { !removed.isEmpty }
  }

  /// Keeps names for the library's own collectors; before a host can add any.
  package func reserveCollectors(named names: [String]) {
    state.withLock { $0.ownCollectors.formUnion(names.map { LabelText($0) }) }
  }

  /// Asks one of the library's own collectors, in place of the one that had its name.
  package func set(own collector: any Collector) {
    let own = NamedCollector(collector)
    let before = state.withLock { state in
      state.ownCollectors.insert(own.name)
      let before = state.take { $0.name == own.name }
      state.collectors.append(own)
      return before
    }
    withExtendedLifetime(before) {}
  }

  // MARK: - Reading

  /// What there is to be scraped now.
  package var contents: Contents {
    state.withLock { state in
      let families = state.sorted ?? state.families
      state.sorted = families
      return Contents(families: families, owners: state.claimed, collectors: state.collectors)
    }
  }

  /// The same when no family was registered since it was last read, so that nothing has to be sorted; else nil.
  package var sortedContents: Contents? {
    state.withLock { state in
      state.sorted.map { Contents(families: $0, owners: state.claimed, collectors: state.collectors) }
    }
  }

  /// The families, sorted by name.
  package var families: [FamilyCore] { contents.families }

  /// How many series the instruments have now.
  package var seriesCount: Int { families.reduce(0) { $0 + $1.seriesCount } }

  /// What others keep beside the registry; it never looks into it.
  package let attachments = RenderingSlot()

  package func fullName(_ name: String) -> String { Registry.fullName(name, in: namespace) }

  /// A name with a namespace before it, unless it has that already; for who must not hold the registry.
  package static func fullName(_ name: String, in namespace: String) -> String {
    let prefix = namespace + "_"
    return namespace.isEmpty || name.utf8.starts(with: prefix.utf8) ? name : prefix + name
  }

  // MARK: - How it is done

  /// Registers what exists already.
  private func export(
    _ declaration: MetricDeclaration<Counter>, labels: [String], series: FamilySeries<Counter>,
    handle: any Sendable
  ) throws(RegistrationError) {
    let exported = Exported(handle: handle)
    _ = try add(declaration, labels: labels, shape: .own) { (series, exported) }
  }

  private struct Exported: Sendable { let handle: any Sendable }

  /// Asks a collector for the one family whose names are claimed for it.
  func add(closure: any Collector, of descriptor: FamilyDescriptor) throws(RegistrationError) {
    var descriptor = descriptor
    descriptor.constantLabels = constantLabels
    try descriptor.validated(allowingUTF8: allowsUTF8Names)
    let name = LabelText(descriptor.name)
    let claims = descriptor.claims
    let added = NamedCollector(closure, hasClaims: true)
    let problem: String? = state.withLock { state in
      if let problem = state.problem(of: descriptor, claims) ?? state.problem(ofCollector: name) {
        return problem
      }
      state.collectors.append(added)
      state.closures[name] = descriptor
      for claim in claims { state.claimed[claim] = name }
      return nil
    }
    if let problem { throw RegistrationError(.conflict, of: descriptor.name, problem) }
  }

  func add<Handle: Sendable>(
    _ descriptor: FamilyDescriptor, make: () -> (FamilyCore.Children, Handle)
  ) throws(RegistrationError) -> Handle {
    var described = descriptor
    described.constantLabels = constantLabels
    let descriptor = described
    try descriptor.validated(allowingUTF8: allowsUTF8Names)
    let name = LabelText(descriptor.name)
    let claims = descriptor.claims
    let identity = FamilyIdentity(descriptor)
    let outcome: Result<Handle, RegistrationError> = state.withLock { state in
      if let entry = state.entries[name], entry.identity == identity,
        let handle = entry.handle as? Handle
      {
        return .success(handle)
      }
      if let problem = state.problem(of: descriptor, claims) {
        return .failure(RegistrationError(.conflict, of: descriptor.name, problem))
      }
      let (children, handle) = make()
      let core = FamilyCore(descriptor, children)
      state.entries[name] = Entry(core: core, identity: identity, handle: handle)
      for claim in claims { state.claimed[claim] = name }
      state.sorted = nil
      return .success(handle)
    }
    return try outcome.get()
  }
}
