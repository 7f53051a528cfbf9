// Which name is taken, and for which scrapers?

/// A name that a family's samples have for the scrapers that are told names by one scheme.
///
/// "a b" and "a.b" are both `a_b` to a scraper that asks for underscores, so they cannot be registered side by side;
/// "é" is `_` to that one and `__` to one that asks for dots, which keeps it out of nobody's way.
package struct NameClaim: Sendable, Hashable {
  /// How the scraper is told names.
  package let scheme: NameEscaping
  /// The name that it is told.
  package let name: LabelText
}
