// What is one scrape going to say?

package import MetricInstruments

/// The families of a registry and of its collectors at the moment of a scrape, in the order of their names.
package struct GatheredMetrics: Sendable {
  enum Item: Sendable {
    case registered(FamilyCore)
    case collected(CheckedFamily)

    var name: String {
      switch self {
      case .registered(let family): family.descriptor.name
      case .collected(let family): family.descriptor.name
      }
    }
  }

  let items: [Item]

  /// A new reading of each registered item.
  var readings: [FamilyReading?] {
    items.map { item in
      guard case .registered(let family) = item else { return nil }
      return family.read()
    }
  }

  /// Puts together what a registry holds and what its collectors returned. The names of collected families must be free;
  /// ``Gathering`` sees to that.
  ///
  /// - Parameter names: if not empty, only families that have one of these names, or samples of that name.
  package init(
    registered: [FamilyCore], collected: consuming [CheckedFamily] = [], names: Set<String> = []
  ) {
    func isWanted(_ descriptor: FamilyDescriptor) -> Bool { names.isEmpty || descriptor.isNamed(in: names) }
    collected.sort { LabelText.precedes($0.descriptor.name, $1.descriptor.name) }
    var items: [Item] = []
    items.reserveCapacity(registered.count + collected.count)
    // Both are in order, so that one pass puts them together.
    var next = 0
    for family in registered where isWanted(family.descriptor) {
      while next < collected.count,
        LabelText.precedes(collected[next].descriptor.name, family.descriptor.name)
      {
        if isWanted(collected[next].descriptor) { items.append(.collected(collected[next])) }
        next += 1
      }
      items.append(.registered(family))
    }
    for family in collected[next...] where isWanted(family.descriptor) { items.append(.collected(family)) }
    self.items = items
  }
}

extension FamilyDescriptor {
  /// Whether one of the names is the family's or one of its samples'.
  func isNamed(in names: Set<String>) -> Bool {
    names.contains(name) || claimedNames.contains(where: names.contains)
  }
}
