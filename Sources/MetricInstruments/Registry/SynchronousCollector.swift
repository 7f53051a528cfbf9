// Which collectors can be asked without a task?

/// A collector of the library's own that has its values at once: it suspends nowhere, waits for nobody but for short
/// locks, and runs no code of a host's. It is read on the thread that encodes a scrape, whatever the pool does.
package protocol SynchronousCollector: Collector {
  /// Whether a name that a collector of the host's has returned is left to it, in whichever order they come.
  var givesWay: Bool { get }
  /// The current values.
  func read() throws -> [CollectedFamily]
}

/// A collector of a host's code that may block: its run is not begun on the cooperative pool.
protocol OwnThreadCollector: Collector {
  var executor: any TaskExecutor { get }
}

extension SynchronousCollector {
  package var givesWay: Bool { false }

  package func collect() async throws -> [CollectedFamily] { try read() }
}
