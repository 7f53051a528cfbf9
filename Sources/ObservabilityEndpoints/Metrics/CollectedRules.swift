// What do families that collectors return have to keep to?

import MetricExposition
import MetricInstruments

/// What families that collectors return have to keep to.
struct CollectedRules: Sendable {
  private let allowsUTF8Names: Bool
  private let constantLabels: ConstantLabels

  init(_ registry: Registry) {
    allowsUTF8Names = registry.allowsUTF8Names
    constantLabels = registry.constantLabels
  }

  /// Each family as it can be shown, or why it cannot.
  func checked(_ families: [CollectedFamily]) -> CollectorRun.Families {
    families.map { family in
      Result { () throws(CollectedFamilyError) in
        try CheckedFamily(family, allowingUTF8: allowsUTF8Names, constants: constantLabels)
      }
    }
  }
}
