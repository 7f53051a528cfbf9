// What does an export do, step by step?

import ObservabilityPlatform
import ObservabilitySockets
import Synchronization
import TraceSpans

/// The thin shell around `BatchProcessor`. Everything but ``statistics`` is confined to the loop. The loop
/// keeps it while a request is under way, and its owner for the rest.
final class SpanExportCore: @unchecked Sendable {
  struct Waiter {
    let id: Int
    let target: UInt64
    /// What was lost before the wait.
    let lost: UInt64
    let timer: LoopTimer
    let continuation: UnsafeContinuation<Bool, Never>
  }

  let loop: EventLoop
  private let queue: SpanQueue
  private let exporter: any SpanExporter
  private let observer: SpanExportObserver
  private let encoder: TraceRequestEncoder
  private let published = Locked(SpanExportStatistics())
  private let hasClosed = Atomic(false)

  /// How long an end waits, beyond its limit, for a transport to close what it has open.
  static let longestClosing = Duration.milliseconds(100)

  private(set) var machine: BatchProcessor
  /// What was taken out of the queue and did not fit into the request at hand.
  private var taken: ArraySlice<SpanRecording> = []
  private var body = ExportBody([])
  private var takenAt: Int64 = 0
  private(set) var attempt: Task<Void, Never>?
  private var timer: LoopTimer?
  private(set) var flushes: [Waiter] = []
  private var lastFlush = 0
  private var ends: [UnsafeContinuation<Void, Never>] = []
  /// The last trouble that was said and has not passed.
  private var trouble: String?
  private var hasSaidRejection = false
  private var hasSaidUncompressed = false
  private var generator = SystemRandomNumberGenerator()

  init(
    _ queue: SpanQueue, _ loop: EventLoop, _ exporter: any SpanExporter, _ machine: BatchProcessor,
    _ observer: SpanExportObserver, _ encoder: TraceRequestEncoder
  ) {
    self.queue = queue
    self.loop = loop
    self.exporter = exporter
    self.machine = machine
    self.observer = observer
    self.encoder = encoder
  }

  /// Readable from any thread.
  var statistics: SpanExportStatistics {
    var statistics = published.withLock { $0 }
    // All that were put in, but for those that were taken by then: none is missing while it changes hands.
    let (placed, taken) = (queue.placed, statistics.totals.settled &+ UInt64(statistics.inHand))
    statistics.queued = Int(clamping: placed &- min(taken, placed))
    return statistics
  }

  /// Waits until `resume(_:returning:)` has returned.
  func awaitResume() { published.withLock { _ in } }

  private var waiting: Int { queue.count + taken.count }

  private func publish() {
    let (totals, inHand) = (machine.totals, machine.inHand + taken.count)
    published.withLock {
      $0.totals = totals
      $0.inHand = inHand
    }
  }

  // MARK: - Steps

  /// Does what is to be done, until there is something to wait for, or a batch was taken of which nothing can be
  /// sent: others of the loop come in between such batches, of which there may be a queue full.
  func step() {
    guard !isOver else { return }
    timer?.cancel()
    timer = nil
    while true {
      let before = machine.totals.settled
      let action = machine.next(queued: waiting, at: loop.clock())
      // Given up without an answer.
      if machine.totals.settled != before { settled(.failure) }
      publish()
      // Who has waited finds the counts and the log as they are then.
      resumeFlushes()
      switch action {
      case .take(let count):
        take(count)
        guard machine.inHand > 0 else { return loop.execute { [weak self] in self?.step() } }
      case .send(let number, let limit): send(number, within: limit)
      case .cancel: attempt?.cancel()
      case .wait(let time, let count): return wait(until: time, queued: count)
      case .finish: return finish()
      }
    }
  }

  private func wait(until time: Int64?, queued: Int?) {
    if let time {
      timer = loop.schedule(after: .nanoseconds(time.clampedAdding(-loop.clock()))) { [weak self] in
        self?.step()
      }
    }
    guard let queued else { return }
    queue.setWake(at: queued) { [weak self] in
      guard let self else { return }
      loop.executeBeginningNoThread { [weak self] in self?.step() }
    }
  }

  private func take(_ count: Int) {
    if taken.isEmpty { taken = queue.take(count)[...] }
    takenAt = loop.clock()
    guard !taken.isEmpty else { return machine.taken(0, at: takenAt) }
    let request = encoder.takeRequest(from: &taken)
    if taken.isEmpty { taken = [] }
    machine.taken(request.spans + request.tooLarge, at: takenAt)
    if request.tooLarge > 0 { drop(request.tooLarge, "the request would be larger than 64 MiB") }
    guard request.spans > 0 else { return }
    body = exporter.body(of: request.bytes)
    if let problem = body.problem, !hasSaidUncompressed {
      hasSaidUncompressed = true
      observer.said("spans are exported uncompressed: \(problem)", true)
    }
  }

  /// Gives up what cannot be sent.
  private func drop(_ count: Int, _ reason: String) {
    machine.unsendable(count)
    if machine.inHand == 0 { settled(.failure) }
    say("spans cannot be exported: \(reason)")
  }

  private func send(_ number: UInt64, within limit: Duration) {
    let (body, count) = (body, machine.inHand)
    attempt = Task(executorPreference: loop) { [self] in
      let answer = await exporter.send(body, spans: count, within: limit)
      // A task that prefers the loop comes back to it, whatever the exporter has used.
      answered(number, answer)
    }
  }

  private func answered(_ number: UInt64, _ answer: ExportAnswer) {
    guard !isOver else { return }
    attempt = nil
    let before = machine.totals
    machine.answered(
      number, answer, at: loop.clock(), random: .random(in: 0...1, using: &generator))
    let totals = machine.totals
    if totals.settled != before.settled {
      let result: SpanExportObserver.Result =
        totals.dropped != before.dropped ? .failure : totals.rejected != before.rejected ? .partial : .success
      settled(result)
    }
    report(answer)
    step()
  }

  private func settled(_ result: SpanExportObserver.Result) {
    body = ExportBody([])
    observer.settled(result, .nanoseconds(max(0, loop.clock().clampedAdding(-takenAt))))
  }

  // MARK: - What is said

  private func report(_ answer: ExportAnswer) {
    switch answer {
    case .accepted(let rejected, let message):
      if trouble != nil { observer.said("the collector takes spans again", false) }
      trouble = nil
      guard rejected > 0 || !message.isEmpty, !hasSaidRejection else { return }
      // Once: a collector that refuses some of every batch would fill the log.
      hasSaidRejection = true
      observer.said("the collector has refused \(rejected) spans of a batch: \(message)", true)
    case .refused(let refusal):
      say("spans cannot be exported: \(refusal.reason)")
    }
  }

  /// Says each trouble once until it has passed.
  private func say(_ text: String) {
    guard text != trouble else { return }
    trouble = text
    observer.said(text, true)
  }

  // MARK: - Flush and end

  func flush(within limit: Duration, _ continuation: UnsafeContinuation<Bool, Never>) {
    guard !isOver else { return resume(continuation, returning: true) }
    lastFlush += 1
    let id = lastFlush
    flushes.append(
      Waiter(
        id: id, target: machine.flush(queued: waiting), lost: lost,
        timer: loop.schedule(after: limit) { [weak self] in self?.endFlush(id) }, continuation: continuation))
    resumeFlushes()
    step()
  }

  func sendRest() {
    _ = machine.flush(queued: waiting)
    step()
  }

  private var lost: UInt64 { machine.totals.settled - machine.totals.exported }

  private func endFlush(_ id: Int) {
    guard let index = flushes.firstIndex(where: { $0.id == id }) else { return }
    resume(flushes.remove(at: index).continuation, returning: false)
  }

  private func resumeFlushes() {
    guard !flushes.isEmpty else { return }
    let done = flushes.filter { isOver || $0.target <= machine.totals.settled }
    flushes.removeAll { isOver || $0.target <= machine.totals.settled }
    for waiter in done {
      waiter.timer.cancel()
      resume(waiter.continuation, returning: waiter.lost == lost)
    }
  }

  /// Under the lock that whoever waits takes afterwards: the thread sanitizer sees no other order between a resume that
  /// comes before the wait has begun and what follows the wait.
  private func resume<Value: Sendable>(_ waiter: UnsafeContinuation<Value, Never>, returning value: Value) {
    published.withLock { _ in waiter.resume(returning: value) }
  }

  func shutdown(within limit: Duration, _ continuation: UnsafeContinuation<Void, Never>) {
    guard !isClosed else { return resume(continuation, returning: ()) }
    ends.append(continuation)
    machine.shutdown(end: loop.clock().clampedAdding(max(0, limit.clampedNanoseconds)))
    step()
  }

  private var isOver: Bool { published.withLock { $0.isOver } }

  /// Drops what is left, and ends the loop.
  func finish() {
    guard !isOver else { return }
    timer?.cancel()
    attempt?.cancel()
    attempt = nil
    machine.shutdown(end: .min)
    _ = machine.next(queued: 0, at: loop.clock())
    queue.close()
    // Exact, now that nothing is put in. What somebody is just putting there goes with the queue.
    let left = waiting
    taken = []
    while !queue.take(512).isEmpty {}
    var totals = machine.totals
    totals.taken += UInt64(left)
    totals.droppedAtShutdown += UInt64(left)
    published.withLock {
      $0.totals = totals
      $0.inHand = 0
      $0.isOver = true
    }
    body = ExportBody([])
    let lost = totals.droppedAtShutdown
    if lost > 0 { observer.said("\(lost) spans were dropped at the end", true) }
    resumeFlushes()
    observer.ended()
    // What a transport keeps open is not worth more: it goes on closing it.
    timer = loop.schedule(after: Self.longestClosing) { [self] in closed() }
    exporter.close { [self] in
      if loop.isCurrent { closed() } else { loop.executeBeginningNoThread { [self] in closed() } }
    }
  }

  /// Ends the loop, now that nothing else is left.
  private func closed() {
    guard !isClosed else { return }
    timer?.cancel()
    timer = nil
    // Before anybody is told that it is over.
    loop.shutdown()
    published.withLock { _ in hasClosed.store(true, ordering: .releasing) }
    for continuation in ends { resume(continuation, returning: ()) }
    ends = []
  }

  /// Whether nothing is left of it. Readable from any thread.
  var isClosed: Bool { hasClosed.load(ordering: .acquiring) }
}
