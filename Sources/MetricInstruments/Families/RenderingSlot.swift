// Where does an encoder keep what it makes once of a family?

import ObservabilityPlatform

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
