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

  /// Adds what one collector returned, as far as it can be shown and its names are free, and says what is
  /// wrong with the rest. Of a family that comes twice nothing is shown: half of one would look like the
  /// whole.
  ///
  /// - Parameter areClaimed: whether the registry keeps their names for this collector.
  package mutating func add(
    _ families: [Result<CheckedFamily, CollectedFamilyError>], areClaimed: Bool = false
  ) -> [CollectedFamilyError] {
    var occurrences: [LabelText: Int] = [:]
    for family in families { occurrences[family.name, default: 0] += 1 }
    var problems: [CollectedFamilyError] = []
    for family in families {
      do throws(CollectedFamilyError) {
        let checked = try family.get()
        guard occurrences[family.name] == 1 else {
          throw CollectedFamilyError(family.name.text, "the collector returned it more than once")
        }
        try add(checked, isClaimed: areClaimed)
      } catch {
        problems.append(error)
      }
    }
    return problems
  }

  private mutating func add(_ family: CheckedFamily, isClaimed: Bool) throws(CollectedFamilyError) {
    let name = LabelText(family.descriptor.name)
    let claims = family.descriptor.claims
    for claim in claims {
      if let owner = owners[claim], !(isClaimed && owner == name) {
        throw CollectedFamilyError(name.text, "\(claim.name) is taken by \(owner)")
      }
    }
    for claim in claims { owners[claim] = name }
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

extension Result<CheckedFamily, CollectedFamilyError> {
  fileprivate var name: LabelText {
    switch self {
    case .success(let family): LabelText(family.descriptor.name)
    case .failure(let error): error.family
    }
  }
}
