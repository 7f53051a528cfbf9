// What do the threads of the process do, and which of them is stuck?

import HealthProbes
import ObservabilityEndpoints
import ObservabilityPlatform
import ObservabilitySockets
import ProcessMetrics

/// Which threads have been seen to run tasks of the cooperative pool.
final class PoolThreads: Sendable {
  private static let most = 256
  private let numbers = Locked<Set<Int>>([])

  /// Notes the calling thread. Called on one of the pool.
  func note() {
    let number = SystemThread.currentNumber
    numbers.withLock { if $0.count < Self.most { $0.insert(number) } }
  }

  /// Those among these threads that are of the pool: those that were seen, and those that libdispatch has named after one of
  /// its queues. Others are forgotten: the system gives their numbers to other threads.
  func among(_ threads: [ThreadReading], areAll: Bool) -> Set<Int> {
    let there = Set(threads.map(\.number))
    let seen = numbers.withLock { numbers in
      if areAll { numbers.formIntersection(there) }
      return numbers
    }
    return seen.union(threads.lazy.filter { $0.name.hasSuffix("-qos") }.map(\.number)).intersection(there)
  }
}

struct ThreadsPage: Sendable {
  let pool: PoolThreads
  /// How long the cooperative pool has run nothing.
  let poolDelay: @Sendable () -> Duration
  /// From when on it is taken for stuck.
  let patience: Duration
  /// The loop that serves the page; nil where that is not the library's.
  let loop: @Sendable () -> EventLoop?
  /// Which checks of the host are being run, and for how long.
  let checks: @Sendable () -> [HealthCheckReport]
  /// The host's pages that are being filled.
  let pages: DebugPages
  /// How long threads may be read.
  var time = Duration.milliseconds(500)

  var page: DebugPage {
    var page = DebugPage("threads")
    let delay = poolDelay()
    let isStuck = delay >= patience
    page.show(
      "cooperative pool",
      isStuck ? "stuck: it has run no task for \(ShownTime.duration(delay))" : "runs tasks")
    page.show("executor delay", delay)
    let reading = ThreadReader.read(within: time)
    let threads = (reading?.threads ?? []).sorted {
      ($0.processorTime ?? .zero) > ($1.processorTime ?? .zero)
    }
    let ofPool = pool.among(threads, areAll: reading?.count == threads.count)
    if let reading { page.show("threads", reading.count) }
    if isStuck {
      page.table(
        "threads of the pool, which run no task", Self.columns,
        of: threads.filter { ofPool.contains($0.number) }
      ) {
        Self.row($0, isOfPool: true)
      }
    }
    let running = checks().filter { $0.runningFor != nil }
    if !running.isEmpty {
      page.table("health checks under way", ["check", "for", "deadline"], of: running) {
        [$0.name, $0.runningFor, $0.deadline]
      }
    }
    let filled = pages.underWay
    if !filled.isEmpty {
      page.table("pages of the host under way", ["page", "requests"], of: filled) { [$0.name, $0.count] }
    }
    show(loop(), on: &page)
    guard let reading else {
      page.note("What threads do cannot be read: there is no /proc, or no descriptor left to read it by.")
      return page
    }
    page.table("threads", Self.columns, of: threads) { Self.row($0, isOfPool: ofPool.contains($0.number)) }
    if reading.count > threads.count {
      page.note("\(reading.count - threads.count) more threads were not read.")
    }
    return page
  }

  private func show(_ loop: EventLoop?, on page: inout DebugPage) {
    guard let loop else { return }
    let statistics = loop.statistics
    page.table(
      "thread of this server",
      ["wake-ups", "busy", "queue", "longest queue"], of: [statistics]
    ) {
      [
        Int(clamping: $0.wakeUps), Duration.nanoseconds(Int64(clamping: $0.busyNanoseconds)), $0.queueLength,
        $0.longestQueue,
      ]
    }
    page.table("its longest slices", ["processor time", "ago"], of: loop.longestSlices) {
      [Duration.nanoseconds(Int64(clamping: $0.slice.nanoseconds)), $0.age]
    }
  }

  private static let columns = ["name", "of", "state", "in", "processor time", "thread"]

  private static func row(_ thread: ThreadReading, isOfPool: Bool) -> [any DebugPageValue] {
    [
      thread.name, isOfPool ? "cooperative pool" : nil, state(thread.state), thread.call,
      thread.processorTime, thread.number,
    ]
  }

  /// Source: proc_pid_stat(5).
  private static func state(_ letter: Character) -> String {
    switch letter {
    case "R": "runs"
    case "S": "waits"
    case "D": "waits, and cannot be interrupted"
    case "T", "t": "stopped"
    case "Z", "X", "x": "has ended"
    case "I": "idle"
    default: String(letter)
    }
  }
}
