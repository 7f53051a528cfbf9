// What of a collected family is the same from one scrape to the next?

import MetricInstruments

/// A collected family without its values: checked, and rendered by the encoders, once for all scrapes at which the
/// collector returns the same series in the same order.
final class CollectedShape: Sendable {
  /// Names and values, as many of the one as of the other.
  struct Labels: Sendable {
    var names: [String] = []
    var values: [String] = []
  }

  let descriptor: FamilyDescriptor
  /// What no other family may claim.
  let claims: [NameClaim]
  /// Of each series.
  let labels: [Labels]
  /// The names of the labels of all series; nil when some have others, as a collector may give each sample its own.
  let commonNames: [String]?
  /// What encoders keep.
  let rendering = RenderingSlot()
  /// What the collector returned; nil for a family of the library's own.
  private let source: CollectedFamily?

  init(_ descriptor: FamilyDescriptor, _ labels: [Labels], from source: CollectedFamily? = nil) {
    self.descriptor = descriptor
    self.labels = labels
    self.source = source
    claims = descriptor.claims
    let names = labels.first?.names ?? []
    let isCommon = labels.allSatisfy { $0.names.elementsEqual(names) { $0.hasSameBytes(as: $1) } }
    commonNames = isCommon ? names : nil
  }

  /// The shape of a family of the library's own, with one label.
  convenience init(own descriptor: FamilyDescriptor, _ labelValues: [String]) {
    let constants = descriptor.constantLabels
    var described = descriptor
    // They are among the labels of each sample, as a collector's are.
    described.constantLabels = .none
    self.init(
      described,
      labelValues.map {
        Labels(names: descriptor.labelNames + constants.names, values: [$0] + constants.values)
      })
  }

  /// Whether a family has the same series in the same order, by the bytes of its texts.
  func isShape(of family: CollectedFamily) -> Bool {
    guard let source, source.type == family.type, source.samples.count == family.samples.count,
      source.name.hasSameBytes(as: family.name), source.help.hasSameBytes(as: family.help),
      source.unit.hasSameBytes(as: family.unit)
    else { return false }
    for (old, new) in zip(source.samples, family.samples) {
      guard old.labels.count == new.labels.count, old.value.hasSameShape(as: new.value) else { return false }
      for (old, new) in zip(old.labels, new.labels) {
        guard old.name.hasSameBytes(as: new.name), old.value.hasSameBytes(as: new.value) else { return false }
      }
    }
    return true
  }
}

extension CollectedSample.Value {
  /// Whether it is of the same kind, with the same bounds or states.
  fileprivate func hasSameShape(as other: CollectedSample.Value) -> Bool {
    switch (self, other) {
    case (.number, .number), (.info, .info): true
    case (.distribution(let old, _), .distribution(let new, _)): old.bounds == new.bounds
    case (.states(let old), .states(let new)):
      old.count == new.count && zip(old, new).allSatisfy { $0.name.hasSameBytes(as: $1.name) }
    default: false
    }
  }
}

extension String {
  /// Unlike `==`, which is canonical equivalence.
  func hasSameBytes(as other: String) -> Bool {
    utf8.count == other.utf8.count && utf8.elementsEqual(other.utf8)
  }
}
