// By which rules is it decided whether a collected family can be shown?

import MetricExposition
import MetricInstruments

/// The rules of a registry for what its collectors return.
struct CollectedFamilyCheck: Sendable {
  private let allowsUTF8Names: Bool
  private let constantLabels: ConstantLabels

  init(_ registry: Registry) {
    allowsUTF8Names = registry.allowsUTF8Names
    constantLabels = registry.constantLabels
  }

  /// Each family as it can be shown, or why it cannot.
  func callAsFunction(_ families: [CollectedFamily]) -> CollectorRun.Families {
    families.map { family in
      Result { () throws(CollectedFamilyError) in
        try CheckedFamily(family, allowingUTF8: allowsUTF8Names, constants: constantLabels)
      }
    }
  }
}
