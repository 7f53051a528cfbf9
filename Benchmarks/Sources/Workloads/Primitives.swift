// Which raw primitives are instruments measured against?

internal import Synchronization

#if canImport(Darwin)
  internal import Darwin
#elseif canImport(Musl)
  internal import Musl
#else
  internal import Glibc
#endif

/// One shared word.
public final class SharedAtomic: Sendable {
  let word = Atomic<UInt64>(0)

  /// Zero.
  public init() {}

  /// One relaxed addition each time: a single locked instruction on x86-64.
  @inline(never)
  public func add(_ times: Int) {
    for _ in 0..<times { word.wrappingAdd(1, ordering: .relaxed) }
  }

  /// What was added.
  public var value: UInt64 { word.load(ordering: .relaxed) }
}

/// `CLOCK_MONOTONIC`, as the library's timers read it.
@inline(__always)
func clockNanoseconds() -> UInt64 {
  var time = timespec()
  clock_gettime(CLOCK_MONOTONIC, &time)
  return UInt64(truncatingIfNeeded: time.tv_sec) &* 1_000_000_000 &+ UInt64(truncatingIfNeeded: time.tv_nsec)
}

/// What allocates once each time: the control for counting allocations.
public final class Box: Sendable {
  let number: Int
  init(_ number: Int) { self.number = number }
}

private let lastBox = Atomic<UInt>(0)

/// Makes an object each time and lets it go.
@inline(never)
public func allocateBoxes(_ times: Int) {
  for index in 0..<times {
    let box = Box(index)
    // The address leaves the function, so the object has to exist.
    lastBox.store(UInt(bitPattern: ObjectIdentifier(box).hashValue), ordering: .relaxed)
    withExtendedLifetime(box) {}
  }
}

/// Copies bytes into memory of its own.
public final class CopyTarget {
  private let memory: UnsafeMutableRawPointer
  private let size: Int

  /// Room for `size` bytes.
  public init(size: Int) {
    self.size = size
    memory = .allocate(byteCount: size, alignment: 64)
    memory.initializeMemory(as: UInt8.self, repeating: 0, count: size)
  }

  deinit { memory.deallocate() }

  /// One `memcpy`; the result is a byte of the copy.
  @inline(never)
  public func copy(_ bytes: UnsafeRawBufferPointer) -> UInt8 {
    guard let source = bytes.baseAddress, bytes.count <= size, size > 0 else { return 0 }
    memcpy(memory, source, bytes.count)
    return memory.load(as: UInt8.self)
  }
}
