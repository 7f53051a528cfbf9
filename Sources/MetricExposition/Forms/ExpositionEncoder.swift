// What is every form of a scrape written by?

/// Writes an exposition a part at a time, so that a large one is streamed and a slow reader holds nobody up.
package protocol ExpositionEncoder: ~Copyable {
  /// Appends to `buffer` until it holds at least `size` bytes or all is written; false in the latter case.
  mutating func encode(to buffer: inout OutputBuffer, untilSize size: Int) -> Bool
}
