// Where does a counter count once threads have collided in it?

import Synchronization

/// The cells of a contended counter, each on cache lines of its own.
struct CounterCells {
  let pointer: UnsafeMutableRawPointer

  init?(_ address: UInt) {
    guard let pointer = UnsafeMutableRawPointer(bitPattern: address) else { return nil }
    self.pointer = pointer
  }

  private init(pointer: UnsafeMutableRawPointer) { self.pointer = pointer }

  var address: UInt { UInt(bitPattern: pointer) }

  static func allocate() -> CounterCells {
    let cells = CounterCells(
      pointer: .allocate(byteCount: Stripes.count * Stripes.stride, alignment: Stripes.stride))
    for stripe in 0..<Stripes.count { cells.cell(stripe).initialize(to: Atomic(0)) }
    return cells
  }

  @inline(__always)
  func cell(_ stripe: Int) -> UnsafeMutablePointer<Atomic<UInt64>> {
    (pointer + stripe &* Stripes.stride).assumingMemoryBound(to: Atomic<UInt64>.self)
  }

  func deallocate() { pointer.deallocate() }
}
