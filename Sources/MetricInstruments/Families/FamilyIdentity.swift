// Is what is registered the same as what is there?

/// All that a registration says of a family. Registered again with the same, a family is the one that exists;
/// anything else under its name is a conflict.
///
/// Texts are compared by their bytes: two spellings of a letter are two labels to a scraper.
struct FamilyIdentity: Hashable {
  private let name: LabelText
  private let type: MetricType
  private let help: LabelText
  private let unit: LabelText
  private let labelNames: [LabelText]
  private let bounds: BucketBounds
  private let shape: FamilyShape
  private let isAbsentUntilSet: Bool

  init(_ family: FamilyDescriptor) {
    name = LabelText(family.name)
    type = family.type
    help = LabelText(family.help)
    unit = LabelText(family.unit)
    labelNames = family.labelNames.map { LabelText($0) }
    bounds = family.bounds
    shape = family.shape
    isAbsentUntilSet = family.isAbsentUntilSet
  }
}
