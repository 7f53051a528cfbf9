// Where does an encoder keep what it makes once of a family?

import ObservabilityPlatform

/// A place for what an encoder makes once for each of its formats and then keeps.
package final class RenderingSlot: Sendable {
  private struct Made {
    let key: UInt64
    let object: AnyObject
  }

  // A handful of formats at the most; the order is that of first use.
  private let made = Locked<[Made]>([])

  package init() {}

  /// What is kept under a key and is of that type, or what `make` makes.
  ///
  /// - Parameter key: a small number that tells a format from the others of that type of object.
  package func value<Object: AnyObject & Sendable>(for key: UInt64, orMake make: () -> Object) -> Object {
    made.withLock { made in
      for entry in made where entry.key == key && type(of: entry.object) == Object.self {
        return unsafeDowncast(entry.object, to: Object.self)
      }
      let object = make()
      made.append(Made(key: key, object: object))
      return object
    }
  }

  /// The same for what may change.
  ///
  /// - Parameters:
  ///   - key: a small number that tells a format from the others of that type of object.
  ///   - isCurrent: whether what is kept is still right; otherwise what `make` makes takes its place.
  package func value<Object: AnyObject & Sendable>(
    for key: UInt64, while isCurrent: (Object) -> Bool, orMake make: () -> Object
  ) -> Object {
    made.withLock { made in
      for index in made.indices where made[index].key == key && type(of: made[index].object) == Object.self {
        let object = unsafeDowncast(made[index].object, to: Object.self)
        if isCurrent(object) { return object }
        made.remove(at: index)
        break
      }
      let object = make()
      made.append(Made(key: key, object: object))
      return object
    }
  }
}
