// Does the timer heap always know which timer is due next?

import TestSupport
import Testing

@testable import ObservabilitySockets

@Suite("Timer heap")
struct TimerHeapTests {
  @Test("Timers come due in the order of their times, whatever was added, moved and removed")
  func randomOperations() {
    for seed in UInt64(1)...20 {
      var generator = SeededGenerator(seed: seed)
      var heap = TimerHeap()
      var model: [ObjectIdentifier: (entry: TimerEntry, due: Int64)] = [:]
      for _ in 0..<500 {
        let due = Int64(generator.next() % 1000)
        switch generator.next() % 4 {
        case 0, 1:
          let entry = TimerEntry()
          heap.schedule(entry, due: due)
          model[ObjectIdentifier(entry)] = (entry, due)
        case 2:
          if let (key, value) = model.randomElement(using: &generator) {
            heap.schedule(value.entry, due: due)
            model[key] = (value.entry, due)
          }
        default:
          if let (key, value) = model.randomElement(using: &generator) {
            heap.remove(value.entry)
            heap.remove(value.entry)
            model[key] = nil
          }
        }
        #expect(heap.count == model.count, "seed \(seed)")
        #expect(heap.earliest == model.values.map(\.due).min(), "seed \(seed)")
      }
      let expected = model.values.map(\.due).sorted()
      var popped: [Int64] = []
      while let entry = heap.popDue(at: 500) { popped.append(entry.due) }
      while let entry = heap.popDue(at: .max) { popped.append(entry.due) }
      #expect(popped == expected, "seed \(seed)")
    }
  }

  @Test("Nothing is popped before it is due")
  func notEarly() {
    var heap = TimerHeap()
    let entry = TimerEntry()
    heap.schedule(entry, due: 10)
    #expect(heap.popDue(at: 9) == nil)
    #expect(heap.popDue(at: 10) === entry)
    #expect(!entry.isScheduled)
  }
}
