// How is an object kept that comes once, or never?

import Synchronization

/// An object that is made at its first use, and nothing but a word until then.
///
/// An `AtomicLazyReference` is this, but each load of one is a call into the standard library that is not specialised:
/// with it a scrape of 10,000 counters without an exemplar took 2.2 times as long. Nor is ``current`` specialised, as
/// nothing is that belongs to a generic type which cannot be copied: it looks up the type of what it gives, about 500
/// instructions. Where that is too many, there is `Unmanaged(address:)`.
package struct LazyReference<Object: AnyObject & Sendable>: ~Copyable, Sendable {
  // The object's address, which is retained once; 0 for none.
  private let word = Atomic<UInt>(0)

  package init() {}

  deinit { Unmanaged<Object>(address: address)?.release() }

  /// The address of the object, which lives as long as this; 0 for none.
  package var address: UInt { word.load(ordering: .acquiring) }

  /// The object, if there is one.
  package var current: Object? { Unmanaged(address: address)?.takeUnretainedValue() }

  /// The object, made by whoever is first.
  package func value(_ make: () -> Object) -> Object {
    if let current { return current }
    return storeIfNil(make())
  }

  /// The object, which is this one where there was none.
  package func storeIfNil(_ new: Object) -> Object {
    let made = Unmanaged.passRetained(new)
    let exchanged = word.compareExchange(
      expected: 0, desired: UInt(bitPattern: made.toOpaque()), ordering: .acquiringAndReleasing
    ).exchanged
    if exchanged { return new }
    made.release()
    // It is there for good.
    return current ?? new
  }
}

extension Unmanaged {
  /// The object of a ``LazyReference`` by its address, if there is one; it lives as long as that.
  @inlinable @inline(__always)
  package init?(address: UInt) {
    guard let pointer = UnsafeRawPointer(bitPattern: address) else { return nil }
    self = Unmanaged.fromOpaque(pointer)
  }
}
