// Which families does one scrape show when several want the same name?

package import MetricInstruments

/// What a registry held when a scrape began, and what its collectors returned since.
///
/// One table says to whom each name belongs: to the registry, which keeps those of the library's own reports as well,
/// or else to the first collector that returned it. It is taken once, so what is registered while collectors are asked
/// is of the next scrape.
package struct Gathering: Sendable {
  private let registered: [FamilyCore]
  /// Of names that the registry holds; not copied, since it may be large.
  private let owners: [NameClaim: LabelText]
  /// Of names that collectors returned.
  private var taken: [NameClaim: LabelText] = [:]
  private var collected: [CheckedFamily] = []

  /// - Parameter expected: about how many families collectors have.
  package init(_ contents: Registry.Contents, expecting expected: Int = 0) {
    registered = contents.families
    owners = contents.owners
    collected.reserveCapacity(expected)
    // A gauge claims four names, and others a few more.
    taken.reserveCapacity(expected * 8)
  }

  /// Adds what one collector returned, as far as it can be shown and its names are free, and says what is
  /// wrong with the rest. Of a family that comes twice nothing is shown: half of one would look like the
  /// whole.
  ///
  /// - Parameter areClaimed: whether the registry keeps their names for this collector.
  package mutating func add(
    _ families: [Result<CheckedFamily, CollectedFamilyError>], areClaimed: Bool = false
  ) -> [CollectedFamilyError] {
    let repeated = Gathering.repeated(families)
    var problems: [CollectedFamilyError] = []
    for family in families {
      do throws(CollectedFamilyError) {
        let checked = try family.get()
        guard !repeated.contains(family.name) else {
          throw CollectedFamilyError(family.name.text, "the collector returned it more than once")
        }
        try add(checked, isClaimed: areClaimed)
      } catch {
        problems.append(error)
      }
    }
    return problems
  }

  /// The names that come more than once.
  private static func repeated(_ families: [Result<CheckedFamily, CollectedFamilyError>]) -> Set<LabelText> {
    var repeated: Set<LabelText> = []
    // Most collectors have a few families, for which a table would cost more than it saves.
    guard families.count > 16 else {
      for (index, family) in families.enumerated()
      where families[..<index].contains(where: { $0.name == family.name }) {
        repeated.insert(family.name)
      }
      return repeated
    }
    var seen: Set<LabelText> = []
    seen.reserveCapacity(families.count)
    for family in families where !seen.insert(family.name).inserted { repeated.insert(family.name) }
    return repeated
  }

  private mutating func add(_ family: CheckedFamily, isClaimed: Bool) throws(CollectedFamilyError) {
    let name = LabelText(family.descriptor.name)
    let claims = family.shape.claims
    for claim in claims {
      var owner = taken[claim]
      if let registered = owners[claim], !(isClaimed && registered == name) { owner = registered }
      if let owner { throw CollectedFamilyError(name.text, "\(claim.name) is taken by \(owner)") }
    }
    for claim in claims { taken[claim] = name }
    collected.append(family)
  }

  /// Adds the library's own families, whose names the registry gives to nobody.
  package mutating func add(own family: CheckedFamily) { collected.append(family) }

  /// The families in the order of their names, for once.
  ///
  /// - Parameter names: if not empty, only families that have one of these names, or samples of that name.
  package mutating func takeMetrics(named names: Set<String> = []) -> GatheredMetrics {
    var all: [CheckedFamily] = []
    swap(&all, &collected)
    return GatheredMetrics(registered: registered, collected: all, names: names)
  }
}

extension Result<CheckedFamily, CollectedFamilyError> {
  fileprivate var name: LabelText {
    switch self {
    case .success(let family): LabelText(family.descriptor.name)
    case .failure(let error): error.family
    }
  }
}
