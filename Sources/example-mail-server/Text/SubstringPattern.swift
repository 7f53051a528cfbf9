// Where does a text occur in another? Found in one pass, whatever both of them look like.

/// A text to look for, prepared once (Knuth, Morris and Pratt 1977): a hostile one costs no more than others.
struct SubstringPattern: Sendable {
  private let pattern: [UInt8]
  /// For each length of a match: how much of it is left when the next octet does not fit.
  private let fallback: [Int]

  init(_ pattern: some Collection<UInt8>) {
    self.pattern = Array(pattern)
    var fallback = [Int](repeating: 0, count: self.pattern.count)
    var matched = 0
    for position in self.pattern.indices.dropFirst() {
      while matched > 0, self.pattern[matched] != self.pattern[position] { matched = fallback[matched - 1] }
      if self.pattern[matched] == self.pattern[position] { matched += 1 }
      fallback[position] = matched
    }
    self.fallback = fallback
  }

  /// An empty pattern occurs everywhere.
  func occurs(in text: some Sequence<UInt8>) -> Bool {
    guard !pattern.isEmpty else { return true }
    var matched = 0
    for byte in text {
      while matched > 0, pattern[matched] != byte { matched = fallback[matched - 1] }
      if pattern[matched] == byte { matched += 1 }
      if matched == pattern.count { return true }
    }
    return false
  }
}
