// What does a registry hand to a scrape?

import Synchronization

extension Registry {
  /// A collector with what it said of itself when it was added: later it is asked where the host's code must not run.
  package struct NamedCollector: Sendable {
    /// What tells it from every other that was ever added, whatever their names.
    package let id: UInt64
    package let name: LabelText
    package let collector: any Collector
    /// The same if it is one of the library's own that needs no task.
    package let synchronous: (any SynchronousCollector)?
    /// What its run prefers to the cooperative pool.
    package let executor: (any TaskExecutor)?
    /// Whether the names of what it returns are claimed for it.
    package let hasClaims: Bool
    /// The names of its families, and those that their samples may have; empty when they are not known.
    private let sampleNames: Set<String>
    private static let lastID = Atomic<UInt64>(0)

    /// The names are the host's code, so they are asked for once and with nothing locked.
    package init(_ collector: any Collector, hasClaims: Bool = false) {
      self.collector = collector
      self.hasClaims = hasClaims
      name = LabelText(collector.name)
      synchronous = collector as? any SynchronousCollector
      executor = (collector as? any OwnThreadCollector)?.executor
      sampleNames = collector.familyNames.reduce(into: []) { names, family in
        for type in MetricType.allCases {
          let descriptor = FamilyDescriptor(
            name: family, type: type, help: "", unit: "", labelNames: [], bounds: [], shape: .collected)
          names.formUnion(descriptor.claimedNames)
        }
      }
      id = NamedCollector.lastID.add(1, ordering: .relaxed).newValue
    }

    /// Whether it may have families or samples of these names; all collectors may if there are no names.
    package func mayHave(_ names: Set<String>) -> Bool {
      names.isEmpty || sampleNames.isEmpty || !sampleNames.isDisjoint(with: names)
    }
  }

  /// What there is to be scraped at one moment.
  package struct Contents: Sendable {
    /// The families, sorted by name.
    package let families: [FamilyCore]
    /// The names that nobody else may have, and the family to which each belongs.
    package let owners: [NameClaim: LabelText]
    package let collectors: [NamedCollector]

    /// Those of no registry.
    package static let none = Contents(families: [], owners: [:], collectors: [])
  }
}
