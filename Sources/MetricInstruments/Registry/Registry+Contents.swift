// What does a registry hand to a scrape?

extension Registry {
  /// A collector with what it said of itself when it was added: later it is asked where the host's code must not run.
  package struct NamedCollector: Sendable {
    package let name: LabelText
    package let collector: any Collector
    /// The same if it is one of the library's own that needs no task.
    package let synchronous: (any SynchronousCollector)?
    /// What its run prefers to the cooperative pool.
    package let executor: (any TaskExecutor)?
    /// Whether the names of what it returns are claimed for it.
    package let hasClaims: Bool
    /// The names of its families; empty when they are not known.
    private let familyNames: Set<String>

    /// The names are the host's code, so they are asked for once and with nothing locked.
    package init(_ collector: any Collector, hasClaims: Bool = false) {
      self.collector = collector
      self.hasClaims = hasClaims
      name = LabelText(collector.name)
      synchronous = collector as? any SynchronousCollector
      executor = (collector as? any OwnThreadCollector)?.executor
      familyNames = collector.familyNames
    }

    /// Whether it may have families of these names; all collectors may if there are no names.
    package func mayHave(_ names: Set<String>) -> Bool {
      names.isEmpty || familyNames.isEmpty || !familyNames.isDisjoint(with: names)
    }
  }

  /// What there is to be scraped at one moment.
  package struct Contents: Sendable {
    /// The families, sorted by name.
    package let families: [FamilyCore]
    /// The names that nobody else may have, and the family to which each belongs.
    package let owners: [NameClaim: LabelText]
    package let collectors: [NamedCollector]
  }
}
