// How do the others come first, when one peer has more to do than a turn allows?
// What has become ready is run before what has had its turn, however much of that there is: who comes anew waits
// for a slice of the loop, and not for everybody who has sent a thousand requests at once.

import ObservabilityPlatform

extension EventLoop {
  /// Gives up the caller's turn. It goes on when everything that is ready has been looked at, and those have
  /// been who gave up theirs before. Confined to the loop.
  package nonisolated(nonsending) func nextTurn() async {
    await withUnsafeContinuation { waiter in
      if isFinishing { waiter.resume() } else { turns.append(waiter) }
    }
  }

  /// Goes on with those who gave up their turn: with one at least, and until the loop's clock shows `end`.
  func runTurns(until end: Int64) {
    guard !turns.isEmpty else { return }
    var waiting: [UnsafeContinuation<Void, Never>] = []
    swap(&waiting, &turns)
    var next = 0
    repeat {
      waiting[next].resume()
      next += 1
      runQueue(until: end)
    } while next < waiting.count && clock() < end
    // Who has given up a turn meanwhile comes after those who still wait.
    waiting.removeFirst(next)
    waiting.append(contentsOf: turns)
    turns = waiting
  }

  /// Lets everybody who has given up a turn go on, at the loop's end.
  func endTurns() {
    for waiter in turns { waiter.resume() }
    turns = []
  }
}
