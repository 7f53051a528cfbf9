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
    registered: [FamilyCore], collected: [CheckedFamily] = [], names: Set<String> = []
  ) {
    var items: [Item] = []
    items.reserveCapacity(registered.count + collected.count)
    let wanted = registered.lazy.filter { names.isEmpty || $0.descriptor.isNamed(in: names) }
    items.append(contentsOf: wanted.map { .registered($0) })
    if !collected.isEmpty {
      items += collected.lazy.filter { names.isEmpty || $0.descriptor.isNamed(in: names) }.map {
        .collected($0)
      }
      items.sort { $0.name < $1.name }
    }
    self.items = items
  }
}

extension FamilyDescriptor {
  /// Whether one of the names is the family's or one of its samples'.
  func isNamed(in names: Set<String>) -> Bool {
    names.contains(name) || claimedNames.contains(where: names.contains)
  }
}
