// How long is a collector given to come to run before the cooperative pool is taken for stuck?

/// A pure state machine: it is told how long collectors waited for the pool, and says how long the next may.
///
/// A pool that is busy runs everything, only later, and under such a load the numbers of collectors are wanted as much as
/// ever: what has come to run late is given twice that time at the next scrape. A pool that was quiet and runs nothing is
/// found out as soon as before.
struct PoolPatience {
  /// How many times the least patience the most is: a scraper waits for the rest.
  static let most = 4

  private let least: Duration
  private var lastDelay = Duration.zero

  init(least: Duration) { self.least = least }

  var current: Duration { min(max(least, lastDelay * 2), least * PoolPatience.most) }

  /// A collector has come to run.
  mutating func began(after delay: Duration) { lastDelay = delay }
}
