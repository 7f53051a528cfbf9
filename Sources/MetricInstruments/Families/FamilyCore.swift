// What is a family to the registry that holds it and the encoder that walks it?

/// A family without its Swift type: a descriptor and the series that exist.
package final class FamilyCore: Sendable {
  package enum Children: Sendable {
    /// A fixed array; never empty for an unlabelled family.
    case fixed([MetricInstrument])
    /// Series that come and go.
    case bounded(SeriesIndex)
    case info(InfoMetric)
    case stateSet(AnyStateSet)
  }

  package let descriptor: FamilyDescriptor
  package let children: Children
  /// What an encoder wants to keep beside the family; the instruments never look into it.
  package let rendering = RenderingSlot()

  init(_ descriptor: FamilyDescriptor, _ children: Children) {
    self.descriptor = descriptor
    self.children = children
  }

  /// From now on recordings into the family are refused and counted, for label values without a series too.
  func close() {
    switch children {
    case .fixed(let instruments): for instrument in instruments { instrument.markRemoved() }
    case .bounded(let index): index.close()
    case .info(let info): info.markRemoved()
    case .stateSet(let set): set.markRemoved()
    }
  }

  /// Takes out series that were in no use for as long as the family allows, if it is time to look.
  func expireIdleWhenDue() {
    if case .bounded(let index) = children { index.expireIdleWhenDue() }
  }

  var seriesCount: Int {
    switch children {
    case .fixed(let instruments): instruments.count
    case .bounded(let index): index.count
    case .info: 1
    case .stateSet(let set): set.names.count
    }
  }
}
