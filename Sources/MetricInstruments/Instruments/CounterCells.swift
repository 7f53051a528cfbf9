// Where does a counter count once threads have collided in it?

public import Synchronization

/// The cells of a contended counter, each on cache lines of its own.
@usableFromInline
struct CounterCells {
  @usableFromInline
  struct Cell: ~Copyable {
    @usableFromInline let count = Atomic<UInt64>(0)
    let contention = Contention()
  }

  @usableFromInline let pointer: UnsafeMutableRawPointer

  /// The cells at an address; nil for 0.
  @inlinable
  @inline(__always)
  init?(_ address: UInt) {
    guard let pointer = UnsafeMutableRawPointer(bitPattern: address) else { return nil }
    self.pointer = pointer
  }

  private init(pointer: UnsafeMutableRawPointer) { self.pointer = pointer }

  var address: UInt { UInt(bitPattern: pointer) }

  static func allocate() -> CounterCells {
    let cells = CounterCells(
      pointer: .allocate(byteCount: Stripes.count * Stripes.stride, alignment: Stripes.stride))
    for stripe in 0..<Stripes.count { cells.cell(stripe).initialize(to: Cell()) }
    return cells
  }

  @inlinable
  @inline(__always)
  func cell(_ stripe: Int) -> UnsafeMutablePointer<Cell> {
    (pointer + stripe &* Stripes.stride).assumingMemoryBound(to: Cell.self)
  }

  func deallocate() { pointer.deallocate() }

  /// A word that has come so far is sealed before it, together with all others, can pass what they may hold.
  static let nearlyFull: UInt64 = 1 << 55

  /// Whether whoever found `old` in a word must look closer: it is sealed or nearly full, or it is one of every 256
  /// values, by which contention is noticed. The values are spread by the golden ratio (D. Knuth, The Art of Computer
  /// Programming, 6.4), so that neither threads that take turns nor amounts that are multiples of one another miss them.
  @inlinable
  @inline(__always)
  static func needsLook(_ old: UInt64) -> Bool {
    old >> 55 != 0 || (old &* 0x9E37_79B9_7F4A_7C15) >> 56 == 0
  }

  /// What is in the cells; means something only while they are not sealed.
  var sum: UInt64 {
    var sum: UInt64 = 0
    for stripe in 0..<Stripes.count { sum &+= cell(stripe).pointee.count.load(ordering: .acquiring) }
    return sum
  }

  /// Seals every cell, and returns what was in them.
  func sealAll() -> UInt64 {
    var sum: UInt64 = 0
    for stripe in 0..<Stripes.count {
      sum &+= cell(stripe).pointee.count.wrappingAdd(Counter.seal, ordering: .acquiringAndReleasing).oldValue
    }
    return sum
  }
}
