// How do the series of a family come about, so that one registered again is known to be the same?

/// How a family's series come about: two families that differ here are not the same, whatever else they share.
package enum FamilyShape: Sendable, Hashable {
  /// One series without labels.
  case plain
  /// A series for each case of closed labels, by their types.
  case closed([ClosedType])
  /// Series that come and go.
  case bounded(limit: Int, idleTimeout: Duration?, closed: ClosedType? = nil)
  /// Series that come and go, each with labels of names of its own.
  case sparse(limit: Int, idleTimeout: Duration?)
  case info
  /// A series for each case of the type.
  case stateSet(ClosedType)
  /// A published variable, by its own name: two that become alike when made legal are not the same.
  case variable(LabelText)
  /// What the registry exports about itself.
  case own
  /// Samples that are read from a closure.
  case closure
  /// What a collector returned.
  case collected
}

/// The type of a closed label's values.
package struct ClosedType: Sendable, Hashable, CustomStringConvertible {
  private let type: any ClosedLabel.Type

  init(_ type: any ClosedLabel.Type) { self.type = type }

  package static func == (left: ClosedType, right: ClosedType) -> Bool { left.type == right.type }

  package func hash(into hasher: inout Hasher) { hasher.combine(ObjectIdentifier(type)) }

  /// The name of the type.
  package var description: String { String(describing: type) }
}
