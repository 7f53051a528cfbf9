// How are random tests repeated? With a generator whose sequence follows from a printed seed.

import ObservabilityPlatform

/// SplitMix64 (G. Steele, D. Lea, C. Flood, "Fast splittable pseudorandom number generators").
package struct SeededGenerator: RandomNumberGenerator {
  private var state: UInt64

  package init(seed: UInt64) { state = seed }

  package mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var mixed = state
    mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
    mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
    return mixed ^ (mixed >> 31)
  }
}

extension SeededGenerator {
  /// The seed that `TEST_SEED` gives, or a random one; as the argument of a test it is printed with the test's name.
  package static var seed: UInt64 { setting("TEST_SEED") ?? .random(in: .min ... .max) }

  /// How often a random test does what it does: `TEST_ROUNDS`, or once.
  package static var rounds: Int { setting("TEST_ROUNDS").flatMap { Int(exactly: $0) } ?? 1 }

  private static func setting(_ name: String) -> UInt64? {
    getenv(name).flatMap { UInt64(String(cString: $0)) }
  }
}

extension SeededGenerator {
  /// Changes, adds or takes away up to three bytes.
  package mutating func damage(_ bytes: inout [UInt8], with interesting: [UInt8]) {
    for _ in 0..<Int.random(in: 0...3, using: &self) where !bytes.isEmpty {
      let place = Int.random(in: 0..<bytes.count, using: &self)
      let byte = interesting[Int.random(in: 0..<interesting.count, using: &self)]
      switch Int.random(in: 0...2, using: &self) {
      case 0: bytes[place] = byte
      case 1: bytes.insert(byte, at: place)
      default: bytes.remove(at: place)
      }
    }
  }
}
