// Which metrics are there?

import ObservabilityPlatform

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
  let context: InstrumentContext
  private let state = Locked(State())
  let overflow: BoundedFamily<Counter, OneLabel>

  private struct Entry {
    let core: FamilyCore
    /// The instrument or family as the caller has it.
    let handle: any Sendable
  }

  private struct State {
    var entries: [LabelText: Entry] = [:]
    /// Names of samples, and the family to which each belongs.
    var claimed: [NameClaim: LabelText] = [:]
    var sorted: [FamilyCore]?
    var collectors: [(name: String, collector: any Collector)] = []
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
      throw RegistrationError(.invalidName, of: namespace, "a namespace matches [a-zA-Z_:][a-zA-Z0-9_:]*")
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
      labels: ["family"], children: .bounded(overflowIndex), handle: overflow)
  }

  /// Counts of refused values, by reason.
  var rejected: ClosedFamily<Counter, RejectionReason> { context.rejected }

  /// Takes a metric out of the exposition, by its name without the namespace; false when there is none, or when it is one
  /// of the registry's own.
  ///
  /// Recordings through instruments and families that somebody kept are refused and counted as `removed_series`, for new
  /// label values as for old ones. The name can be registered again at once.
  @discardableResult
  public func unregister(_ name: String) -> Bool {
    let name = LabelText(fullName(name))
    let core = state.withLock { state -> FamilyCore? in
      guard let core = state.entries[name]?.core, core.descriptor.shape != .own else { return nil }
      state.entries[name] = nil
      state.claimed = state.claimed.filter { $0.value != name }
      state.sorted = nil
      return core
    }
    core?.close()
    return core != nil
  }

  /// Takes out the series of families with an idle timeout that are in no use. Whoever scrapes calls it before he reads.
  package func expireIdleSeries() {
    for family in families { family.expireIdleWhenDue() }
  }

  // MARK: - Collectors

  /// Asks `collector` for its values at each scrape.
  public func add(_ collector: any Collector) throws(RegistrationError) {
    // The name is the host's code, so it is asked once and with nothing locked.
    let name = collector.name
    let isNew = state.withLock { state in
      guard !state.collectors.contains(where: { $0.name == name }) else { return false }
      state.collectors.append((name, collector))
      return true
    }
    guard isNew else {
      throw RegistrationError(.conflict, of: name, "a collector of this name is there already")
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
      let sorted = state.entries.values.map(\.core).sorted {
        LabelText($0.descriptor.name) < LabelText($1.descriptor.name)
      }
      state.sorted = sorted
      return sorted
    }
  }

  package var collectors: [any Collector] { state.withLock { $0.collectors.map(\.collector) } }

  /// How many series the instruments have now.
  package var seriesCount: Int { families.reduce(0) { $0 + $1.seriesCount } }

  package func fullName(_ name: String) -> String { namespace.isEmpty ? name : "\(namespace)_\(name)" }

  // MARK: - How it is done

  /// Registers what exists already.
  private func export(
    _ declaration: MetricDeclaration<Counter>, labels: [String], children: FamilyCore.Children,
    handle: any Sendable
  ) throws(RegistrationError) {
    let exported = Exported(handle: handle)
    _ = try add(declaration, labels: labels, shape: .own) { (children, exported) }
  }

  private struct Exported: Sendable { let handle: any Sendable }

  func add<Handle: Sendable>(
    _ descriptor: FamilyDescriptor, make: () -> (FamilyCore.Children, Handle)
  ) throws(RegistrationError) -> Handle {
    try descriptor.validated(allowingUTF8: allowsUTF8Names)
    let name = LabelText(descriptor.name)
    let claims = descriptor.claims
    let outcome: Result<Handle, RegistrationError> = state.withLock { state in
      if let entry = state.entries[name], entry.core.descriptor == descriptor,
        let handle = entry.handle as? Handle
      {
        return .success(handle)
      }
      for claim in claims {
        guard let owner = state.claimed[claim] else { continue }
        return .failure(
          RegistrationError(
            .conflict, of: descriptor.name,
            owner == name
              ? "registered before with another type, help, unit, labels or buckets"
              : "its sample \(claim.name) would be one of \(owner)"))
      }
      let (children, handle) = make()
      let core = FamilyCore(descriptor, children)
      state.entries[name] = Entry(core: core, handle: handle)
      for claim in claims { state.claimed[claim] = name }
      state.sorted = nil
      return .success(handle)
    }
    return try outcome.get()
  }
}
