// Which families does one scrape show when several want the same name?

package import MetricInstruments

/// What a registry held when a scrape began, and what its collectors returned since.
///
/// One table says to whom each name belongs: to the registry, which keeps those of the library's own reports as well,
/// or else to the first collector that returned it. It is taken once, so what is registered while collectors are asked
/// is of the next scrape.
package struct Gathering: Sendable {
  private let registered: [FamilyCore]
  private var owners: [NameClaim: LabelText]
  private var collected: [CheckedFamily] = []

  package init(_ contents: Registry.Contents) {
    registered = contents.families
    owners = contents.owners
  }

  /// Adds a family that a collector returned, unless one of its names is taken.
  package mutating func add(_ family: CheckedFamily) throws(CollectedFamilyError) {
    let name = family.descriptor.name
    let claims = family.descriptor.claims
    for claim in claims {
      if let owner = owners[claim] {
        throw CollectedFamilyError(name, "\(claim.name) is taken by \(owner)")
      }
    }
    for claim in claims { owners[claim] = LabelText(name) }
    collected.append(family)
  }

  /// Adds the library's own families, whose names the registry gives to nobody.
  package mutating func add(own families: [CheckedFamily]) { collected += families }

  /// The families in the order of their names.
  ///
  /// - Parameter names: if not empty, only families that have one of these names, or samples of that name.
  package func metrics(named names: Set<String> = []) -> GatheredMetrics {
    GatheredMetrics(registered: registered, collected: collected, names: names)
  }
}
