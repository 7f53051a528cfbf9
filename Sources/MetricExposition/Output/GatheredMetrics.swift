// What is one scrape going to say?

package import MetricInstruments

/// The families of a registry and of its collectors at the moment of a scrape, in the order of their names.
package struct GatheredMetrics: Sendable {
  enum Item: Sendable {
    case registered(FamilyCore)
    case collected(CollectedFamily)

    var name: String {
      switch self {
      case .registered(let family): family.descriptor.name
      case .collected(let family): family.name
      }
    }

    /// A new reading of the series, if they come and go.
    var reading: SeriesReading? {
      guard case .registered(let family) = self, case .bounded(let index) = family.children else {
        return nil
      }
      return index.read()
    }
  }

  let items: [Item]

  /// Puts together what a registry holds and what its collectors returned. Collected families must be valid and their
  /// names free; see ``CollectedFamily/problem``.
  ///
  /// - Parameter names: if not empty, only families that have one of these names, or samples of that name.
  package init(
    registered: [FamilyCore], collected: [CollectedFamily] = [], names: Set<String> = []
  ) {
    var items: [Item] = []
    items.reserveCapacity(registered.count + collected.count)
    let wanted = registered.lazy.filter { names.isEmpty || $0.descriptor.isNamed(in: names) }
    if collected.isEmpty {
      items.append(contentsOf: wanted.map { .registered($0) })
    } else {
      items.append(contentsOf: wanted.map { .registered($0) })
      items.append(
        contentsOf: collected.lazy.filter { names.isEmpty || $0.descriptor.isNamed(in: names) }.map {
          .collected($0)
        })
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

extension CollectedFamily {
  package var descriptor: FamilyDescriptor {
    FamilyDescriptor(
      name: name, type: type, help: help, unit: unit,
      labelNames: samples.first?.labels.map(\.name) ?? [],
      bounds: BucketBounds(samples.first?.histogram?.bounds ?? []), shape: .collected)
  }
}
