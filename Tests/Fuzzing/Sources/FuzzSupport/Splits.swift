// Do all ways of cutting the same bytes give the same outcome?

import ObservabilityHTTP

/// Feeds the bytes whole, byte by byte and in three random ways; traps where the outcomes differ.
///
/// The first byte of an input chooses limits and, with the length, the random cuts, so that a failing input
/// fails again.
package func checkSplits(_ bytes: [UInt8], choice: UInt8) {
  var limits = HTTPServerLimits()
  if choice & 1 == 1 {
    limits.maximumRequestLineSize = 40
    limits.maximumHeaderSize = 120
    limits.maximumFieldCount = 4
    limits.maximumBodySize = 24
  }
  let whole = Transcript.of(bytes, limits: limits)
  for splits in waysToCut(bytes.count, choice: choice) {
    let pieces = Transcript.of(bytes, splits: splits, limits: limits)
    require(pieces == whole, "whole: \(whole.events), cut at \(splits): \(pieces.events)")
  }
}

/// Where to cut `count` bytes: after each, and in three random ways, which are the same for the same arguments.
package func waysToCut(_ count: Int, choice: UInt8) -> [[Int]] {
  var generator = SplitMix(state: UInt64(choice) << 32 | UInt64(count))
  var ways = [Array(stride(from: 1, to: count, by: 1))]
  for _ in 0..<3 {
    let cuts = Int.random(in: 1...4, using: &generator)
    ways.append((0..<cuts).map { _ in Int.random(in: 0...count, using: &generator) }.sorted())
  }
  return ways
}

struct SplitMix: RandomNumberGenerator {
  var state: UInt64

  mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var value = state
    value = (value ^ (value >> 30)) &* 0xBF58_476D_1CE4_E5B9
    value = (value ^ (value >> 27)) &* 0x94D0_49BB_1331_11EB
    return value ^ (value >> 31)
  }
}
