// Which timer is due next?

/// A place in a `TimerHeap`. Confined to the heap's loop.
final class TimerEntry: @unchecked Sendable {
  /// Nanoseconds of the loop's clock.
  var due: Int64 = .max
  var action: () -> Void = {}
  fileprivate(set) var position = -1

  /// Whether the entry is in a heap.
  var isScheduled: Bool { position >= 0 }
}

/// A binary heap whose entries know their place, so that one can be removed or moved without a
/// search, and a cancelled timer leaves nothing behind. Confined to its loop.
struct TimerHeap {
  private var entries: ContiguousArray<TimerEntry> = []

  var count: Int { entries.count }

  /// When the first entry is due, `nil` when there is none.
  var earliest: Int64? { entries.first?.due }

  /// Adds an entry, or moves it when it is there already.
  mutating func schedule(_ entry: TimerEntry, due: Int64) {
    entry.due = due
    if entry.position < 0 {
      entry.position = entries.count
      entries.append(entry)
      siftUp(from: entry.position)
    } else {
      settle(entry.position)
    }
  }

  /// Takes an entry out; nothing happens when it is not in.
  mutating func remove(_ entry: TimerEntry) {
    let position = entry.position
    guard position >= 0, position < entries.count, entries[position] === entry else { return }
    entry.position = -1
    let last = entries.removeLast()
    if last !== entry {
      place(last, at: position)
      settle(position)
    }
  }

  /// Takes out the first entry if it is due at `now` or before.
  mutating func popDue(at now: Int64) -> TimerEntry? {
    guard let first = entries.first, first.due <= now else { return nil }
    remove(first)
    return first
  }

  /// Takes everything out, for good.
  mutating func removeAll() {
    for entry in entries {
      entry.position = -1
      entry.action = {}
    }
    entries.removeAll()
  }

  private mutating func place(_ entry: TimerEntry, at position: Int) {
    entries[position] = entry
    entry.position = position
  }

  private mutating func settle(_ position: Int) {
    let entry = entries[position]
    siftUp(from: position)
    if entry.position == position { siftDown(from: position) }
  }

  private mutating func siftUp(from start: Int) {
    let entry = entries[start]
    var hole = start
    while hole > 0 {
      let parent = (hole - 1) / 2
      guard entries[parent].due > entry.due else { break }
      place(entries[parent], at: hole)
      hole = parent
    }
    place(entry, at: hole)
  }

  private mutating func siftDown(from start: Int) {
    let entry = entries[start]
    var hole = start
    while true {
      var child = 2 * hole + 1
      guard child < entries.count else { break }
      if child + 1 < entries.count, entries[child + 1].due < entries[child].due { child += 1 }
      guard entries[child].due < entry.due else { break }
      place(entries[child], at: hole)
      hole = child
    }
    place(entry, at: hole)
  }
}
