// What is one of the two things that a row compares?

/// Runs a number of operations and says what one took.
struct Side {
  let run: (Int) throws -> Reading
  /// How many operations one of those that `run` counts stands for.
  var operations = 1

  init(_ run: @escaping (Int) throws -> Reading) { self.run = run }

  /// Swift code in one or two threads of this process.
  static func here(threads: Int = 1, _ work: @escaping @Sendable (Int) -> Void) -> Side {
    Side { iterations in (threads == 1 ? Crew.one : Crew.two).run(iterations, work) }
  }

  /// Work of a peer's process.
  static func peer(_ peer: Peer, _ work: String, threads: Int = 1) -> Side {
    Side { try peer.run(work, iterations: $0, threads: threads) }
  }

  /// The same by the processor's time, for one thread's work that is too long for a slice that nobody disturbs.
  func byProcessorTime() -> Side {
    var side = Side {
      let reading = try run($0)
      return Reading(nanoseconds: reading.nanoseconds * reading.presence, presence: 1)
    }
    side.operations = operations
    return side
  }

  /// The same, counted in `size` smaller operations each.
  func divided(by size: Int) -> Side {
    var side = self
    side.operations *= size
    return side
  }
}
