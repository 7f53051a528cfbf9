// Which names come most often, in memory that does not grow with their number?

import MetricInstruments

/// A Space-Saving summary: as many counters as it has places, whatever is counted.
///
/// A name without a counter takes the smallest one and its count, which is noted as the error. So a count is never less
/// than the truth and, without its error, never more; with `k` counters and a total of `N` no error exceeds `N / k`, and
/// every name that came more often than that has a counter.
///
/// Source: A. Metwally, D. Agrawal, A. El Abbadi, "Efficient computation of frequent and top-k elements in data streams"
/// (ICDT 2005), theorems 1 to 5. The amounts may be larger than 1.
struct SpaceSaving {
  private struct Place {
    var name: LabelText
    var count: UInt64
    var error: UInt64
    /// Where the place stands in the heap.
    var position: Int
  }

  /// How many counters there are.
  let capacity: Int
  /// The sum of all amounts.
  private(set) var total: UInt64 = 0
  private var places: [Place] = []
  /// The places, the smallest count first: each is not above the two behind it at twice its position.
  private var heap: [Int] = []
  private var index: [LabelText: Int] = [:]

  init(capacity: Int) { self.capacity = max(1, capacity) }

  mutating func add(_ name: LabelText, _ amount: UInt64) {
    total = total.clampedAdding(amount)
    if let place = index[name] {
      places[place].count = places[place].count.clampedAdding(amount)
      sink(places[place].position)
    } else if places.count < capacity {
      let place = places.count
      places.append(Place(name: name, count: amount, error: 0, position: place))
      heap.append(place)
      index[name] = place
      rise(place)
    } else {
      let place = heap[0]
      index[places[place].name] = nil
      index[name] = place
      places[place].name = name
      places[place].error = places[place].count
      places[place].count = places[place].count.clampedAdding(amount)
      sink(0)
    }
  }

  /// Forgets everything, and keeps the memory.
  mutating func removeAll() {
    total = 0
    places.removeAll(keepingCapacity: true)
    heap.removeAll(keepingCapacity: true)
    index.removeAll(keepingCapacity: true)
  }

  /// At most how often a name came that has no counter.
  var floor: UInt64 { places.count < capacity ? 0 : heap.first.map { places[$0].count } ?? 0 }

  /// The names that have a counter, how often each came at the least, and how much more often at the most.
  var counts: [(name: LabelText, atLeast: UInt64, error: UInt64)] {
    places.map { ($0.name, $0.count - $0.error, $0.error) }
  }

  // MARK: - The heap

  private mutating func sink(_ start: Int) {
    var position = start
    while true {
      var smallest = position
      for child in [2 * position + 1, 2 * position + 2] where child < heap.count {
        if count(at: child) < count(at: smallest) { smallest = child }
      }
      guard smallest != position else { return }
      swap(position, smallest)
      position = smallest
    }
  }

  private mutating func rise(_ start: Int) {
    var position = start
    while position > 0, count(at: position) < count(at: (position - 1) / 2) {
      swap(position, (position - 1) / 2)
      position = (position - 1) / 2
    }
  }

  private func count(at position: Int) -> UInt64 { places[heap[position]].count }

  private mutating func swap(_ left: Int, _ right: Int) {
    heap.swapAt(left, right)
    places[heap[left]].position = left
    places[heap[right]].position = right
  }
}

extension UInt64 {
  /// The sum, or the largest number where there is none.
  func clampedAdding(_ other: UInt64) -> UInt64 {
    let (sum, overflow) = addingReportingOverflow(other)
    return overflow ? .max : sum
  }
}
