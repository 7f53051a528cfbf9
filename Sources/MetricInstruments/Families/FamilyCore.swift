// A family as the registry holds it and an encoder walks it.

import ObservabilityPlatform
import Synchronization

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

  package var seriesCount: Int {
    switch children {
    case .fixed(let instruments): instruments.count
    case .bounded(let index): index.count
    case .info: 1
    case .stateSet(let set): set.names.count
    }
  }
}

/// A place for what an encoder makes once for each of its formats and then keeps.
package final class RenderingSlot: Sendable {
  // A handful of formats at the most; the order is that of first use.
  private let made = Locked<[(key: AnyHashable, object: AnyObject)]>([])

  package func value<Key: Hashable, Object: AnyObject & Sendable>(
    for key: Key, orMake make: () -> Object
  ) -> Object {
    made.withLock { made in
      for entry in made {
        if entry.key == AnyHashable(key), let object = entry.object as? Object { return object }
      }
      let object = make()
      made.append((key, object))
      return object
    }
  }
}
