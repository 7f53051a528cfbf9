// How do threads do the same work at the same time?

internal import Synchronization

#if canImport(Darwin)
  internal import Darwin
#elseif canImport(Musl)
  internal import Musl
#else
  internal import Glibc
#endif

func nanoseconds(_ clock: clockid_t = CLOCK_MONOTONIC) -> Double {
  var time = timespec()
  clock_gettime(clock, &time)
  return Double(time.tv_sec) * 1e9 + Double(time.tv_nsec)
}

/// What a slice of measurement showed.
struct Reading {
  /// Nanoseconds of one operation in each thread, from the common start to the end of the last thread.
  var nanoseconds: Double
  /// The part of that time in which the threads had a processor. Other programs' work pushes it below 1, and then the
  /// threads did not run side by side.
  var presence: Double
}

/// Threads that live as long as the crew, as those of a server do, and are released together by a barrier.
final class Crew: @unchecked Sendable {
  private struct Span {
    var begin = 0.0
    var end = 0.0
    var processor = 0.0
  }

  private let size: Int
  private let mutex = UnsafeMutablePointer<pthread_mutex_t>.allocate(capacity: 1)
  private let changed = UnsafeMutablePointer<pthread_cond_t>.allocate(capacity: 1)
  private let arrived = Atomic<Int>(0)
  // Under the mutex.
  private var generation = 0
  private var finished = 0
  private var work: (@Sendable (Int) -> Void)?
  private var iterations = 0
  private var spans: [Span]

  /// The threads are never joined: a crew lives until the program ends, asleep when it has been replaced.
  init(size: Int) {
    self.size = size
    spans = [Span](repeating: Span(), count: size)
    mutex.initialize(to: pthread_mutex_t())
    changed.initialize(to: pthread_cond_t())
    pthread_mutex_init(mutex, nil)
    pthread_cond_init(changed, nil)
    for index in 0..<size {
      let start = Unmanaged.passRetained(Start(crew: self, index: index)).toOpaque()
      #if canImport(Darwin)
        var thread: pthread_t?
        pthread_create(&thread, nil, { Crew.enter($0) }, start)
      #else
        var thread = pthread_t()
        pthread_create(&thread, nil, { $0.flatMap { Crew.enter($0) } }, start)
      #endif
    }
  }

  private final class Start {
    let crew: Crew
    let index: Int
    init(crew: Crew, index: Int) {
      self.crew = crew
      self.index = index
    }
  }

  private static func enter(_ argument: UnsafeMutableRawPointer) -> UnsafeMutableRawPointer? {
    let start = Unmanaged<Start>.fromOpaque(argument).takeRetainedValue()
    start.crew.serve(start.index)
    return nil
  }

  private func serve(_ index: Int) {
    var seen = 0
    while true {
      pthread_mutex_lock(mutex)
      while generation == seen { pthread_cond_wait(changed, mutex) }
      seen = generation
      let work = work
      let iterations = iterations
      pthread_mutex_unlock(mutex)

      // Threads woken together are often put on one processor and run one after the other. Waking from a sleep of
      // their own they are spread more often; when they are not, the reading's presence shows it.
      if size > 1 { usleep(100) }
      arrived.add(1, ordering: .acquiringAndReleasing)
      while arrived.load(ordering: .acquiring) < size {}
      var span = Span()
      span.processor = nanoseconds(CLOCK_THREAD_CPUTIME_ID)
      span.begin = nanoseconds()
      work?(iterations)
      span.end = nanoseconds()
      span.processor = nanoseconds(CLOCK_THREAD_CPUTIME_ID) - span.processor

      pthread_mutex_lock(mutex)
      spans[index] = span
      finished += 1
      pthread_cond_broadcast(changed)
      pthread_mutex_unlock(mutex)
    }
  }

  /// Has every thread do `work` with this number of iterations.
  func run(_ iterations: Int, _ work: @escaping @Sendable (Int) -> Void) -> Reading {
    pthread_mutex_lock(mutex)
    self.work = work
    self.iterations = iterations
    finished = 0
    arrived.store(0, ordering: .releasing)
    generation += 1
    pthread_cond_broadcast(changed)
    while finished < size { pthread_cond_wait(changed, mutex) }
    self.work = nil
    let spans = spans
    pthread_mutex_unlock(mutex)

    let begin = spans.map(\.begin).min() ?? 0
    let end = spans.map(\.end).max() ?? 0
    let wall = max(1, end - begin)
    let processor = spans.reduce(0) { $0 + $1.processor }
    return Reading(
      nanoseconds: wall / Double(max(1, iterations)), presence: min(1, processor / (wall * Double(size))))
  }

  static let one = Crew(size: 1)
  nonisolated(unsafe) private(set) static var two = Crew(size: 2)

  /// Starts two other threads. Threads that the system has put on one processor may stay there as long as others keep
  /// the rest busy; new ones are placed anew. To be called by the main thread only.
  static func renew() { two = Crew(size: 2) }
}
