// Where do a counter's amounts go: into its base, into a cell for each thread, or nowhere?

/// What the word beside a counter's base says.
enum CounterDivision {
  /// Into the base, in which threads have collided so often.
  case undivided(collisions: UInt)
  /// Into a cell for each thread.
  case divided(CounterCells)
  /// Nowhere: the series was removed. The cells hold what was counted before.
  case removed(CounterCells)

  /// As many collisions in a counter's life are contention; fewer are chance. No address is as low.
  static let contentionLimit: UInt = 16
  /// Set in the word, beside the address of the cells, once the series is removed.
  static let removedMark: UInt = 1

  @inline(__always)
  init(word: UInt) {
    guard word > CounterDivision.contentionLimit,
      let cells = CounterCells(word & ~CounterDivision.removedMark)
    else {
      self = .undivided(collisions: word)
      return
    }
    self = word & CounterDivision.removedMark == 0 ? .divided(cells) : .removed(cells)
  }

  /// The cells, if there are any.
  var cells: CounterCells? {
    switch self {
    case .undivided: nil
    case .divided(let cells), .removed(let cells): cells
    }
  }
}
