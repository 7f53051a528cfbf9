// What is due next, among thousands of checks?

/// Moments and what is due at them, the earliest first: a binary heap.
///
/// What is no longer due is not looked for: it stays until it is the first, or until most of the queue is of that kind.
struct WakeQueue: Sendable {
  enum Subject: Hashable, Sendable {
    /// The deadline of a run.
    case deadline(HealthScheduler.RunID)
    /// The next run of a check, or the next failure of one that does not end.
    case period(HealthScheduler.CheckID)
  }

  struct Item: Hashable, Sendable {
    let at: HealthInstant
    let subject: Subject
  }

  private(set) var items: [Item] = []

  var first: Item? { items.first }

  mutating func push(_ subject: Subject, at moment: HealthInstant) {
    items.append(Item(at: moment, subject: subject))
    var place = items.count - 1
    while place > 0, items[place].at < items[(place - 1) / 2].at {
      items.swapAt(place, (place - 1) / 2)
      place = (place - 1) / 2
    }
  }

  mutating func popFirst() -> Item? {
    guard let first = items.first, let last = items.popLast() else { return nil }
    guard !items.isEmpty else { return first }
    items[0] = last
    var place = 0
    while true {
      var least = place
      for child in [2 * place + 1, 2 * place + 2]
      where child < items.count && items[child].at < items[least].at {
        least = child
      }
      guard least != place else { return first }
      items.swapAt(place, least)
      place = least
    }
  }
}
