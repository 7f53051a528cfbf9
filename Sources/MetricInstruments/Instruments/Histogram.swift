// How are values spread over buckets so that every reader sees whole observations?

import ObservabilityPlatform
import Synchronization

/// A distribution over fixed buckets: latencies in seconds, sizes in bytes.
///
/// Buckets are kept non-cumulative and summed up when read. Observations are non-negative; negative, NaN and
/// infinite ones are left out and counted in `<namespace>_observability_rejected_total{reason}`, as is one that
/// would carry the sum past 2^1017 (1.4e306), or each thread's own part of the sum once several fight over it. The sum is
/// always finite. Nothing traps.
///
/// All methods may be called from any thread. An observation takes one stripe's lock for a few stores and
/// allocates nothing, but for the one time at which a histogram that several threads fight over is given a stripe
/// for each.
public final class Histogram: MetricInstrument, @unchecked Sendable {
  let bounds: BucketBounds
  package let exemplars = ExemplarSlot()

  // The lock is striped as well: an observation lies wholly inside one stripe's critical section, so a reader
  // who locks the stripes one after the other sees whole observations only, and the count is the sum of the
  // buckets by construction.
  private let first: HistogramStripe
  // 0, or the address of a stripe for each thread, which the first one is none of: it shares its cache lines with
  // whatever lies beside it. It is loaded acquiring, the partner of the releasing store in `widen`. What came to the first
  // stripe before, or comes from who does not see the others yet, is read with them.
  private let wide: Atomic<UInt>
  private static let structure = Lock()

  init(context: InstrumentContext?, labels: SeriesLabels, bounds: BucketBounds) {
    self.bounds = bounds
    first = HistogramStripe.allocate(buckets: bounds.count + 1, stripes: 1)
    wide = Atomic(0)
    super.init(context: context, labels: labels)
  }

  deinit {
    first.pointer.deallocate()
    stripes?.pointer.deallocate()
  }

  /// Records one value, in the histogram's unit.
  public func observe(_ value: Double) {
    // One comparison: what is negative has the sign, and what is not finite the largest exponent.
    guard value.bitPattern < Double.infinity.bitPattern else { return observeUnusual(value) }
    let bucket = bounds.bucket(for: value)
    if record(value, bucket: bucket), isExemplarDue(in: exemplars, at: bucket, of: bounds.count + 1) {
      keepCurrentExemplar(value, bucket: bucket)
    }
  }

  @inline(never)
  private func observeUnusual(_ value: Double) {
    // Negative zero is a zero.
    value == 0 ? observe(0.0) : reject(value.isFinite ? .negative : .notFinite)
  }

  /// Records a duration, in seconds. A negative one is refused and counted.
  public func observe(_ duration: Duration) {
    observe(duration.seconds)
  }

  /// Records a duration, in seconds, without asking the registry's source for an exemplar: for threads on which nothing
  /// of a host's may run.
  package func observeWithoutExemplar(_ duration: Duration) {
    let value = max(duration.seconds, 0)
    _ = record(value, bucket: bounds.bucket(for: value))
  }

  /// Records one value, and keeps an exemplar that leads to its cause in the bucket that the value falls into, in place
  /// of the one before.
  ///
  /// Labels that no scraper would take (see ``Exemplar``) are left out and counted as `invalid_label`; the value is
  /// recorded all the same. A value that is refused leaves no exemplar.
  public func observe(_ value: Double, exemplar: Exemplar.Labels) {
    guard value >= 0, value < .infinity else { return reject(value.isFinite ? .negative : .notFinite) }
    let bucket = bounds.bucket(for: value)
    guard record(value, bucket: bucket) else { return }
    keep(exemplar, value: value, in: exemplars, at: bucket, of: bounds.count + 1)
  }

  /// Records a duration, in seconds, and keeps an exemplar.
  public func observe(_ duration: Duration, exemplar: Exemplar.Labels) {
    observe(duration.seconds, exemplar: exemplar)
  }

  @inline(never)
  private func keepCurrentExemplar(_ value: Double, bucket: Int) {
    guard let labels = context?.exemplarSource.current else { return }
    keep(labels, value: value, in: exemplars, at: bucket, of: bounds.count + 1)
  }

  /// Starts a timer whose `observe()` records the elapsed seconds here.
  @inlinable
  public func startTimer() -> Histogram.Timer { Histogram.Timer(self) }

  /// Runs `body` and records how long it took, whether it returns or throws.
  public func measure<Result, Failure: Error>(
    _ body: () throws(Failure) -> Result
  ) throws(Failure) -> Result {
    let timer = startTimer()
    defer { timer.observe() }
    return try body()
  }

  /// Runs `body` and records how long it took, suspensions included, whether it returns or throws.
  public nonisolated(nonsending) func measure<Result, Failure: Error>(
    _ body: nonisolated(nonsending) () async throws(Failure) -> Result
  ) async throws(Failure) -> Result {
    let timer = startTimer()
    defer { timer.observe() }
    return try await body()
  }

  /// False when the value was refused.
  @inline(__always)
  private func record(_ value: Double, bucket: Int) -> Bool {
    guard let stripe = own, stripe.tryLock() else { return recordElsewhere(value, bucket: bucket) }
    let outcome = stripe.add(value, bucket: bucket)
    stripe.unlock()
    if let outcome { reject(outcome) }
    return outcome == nil
  }

  /// The stripe that the calling thread begins with; nil when it was never given any.
  @inline(__always)
  private var own: HistogramStripe? {
    guard let stripes else { return first }
    return Stripes.assigned.map { stripes[$0] }
  }

  @inline(never)
  private func recordElsewhere(_ value: Double, bucket: Int) -> Bool {
    // A writer waits for nobody while any stripe is free: the holder of its own may have been preempted.
    let stripes = stripes ?? widen()
    var stripe = stripes[Stripes.current()]
    var attempts = 0
    while !stripe.tryLock() {
      attempts += 1
      if attempts > Stripes.count {
        stripe.lock()
        break
      }
      stripe = stripes[Stripes.move()]
    }
    let outcome = stripe.add(value, bucket: bucket)
    stripe.unlock()
    if let outcome { reject(outcome) }
    return outcome == nil
  }

  /// Gives every thread a stripe of its own.
  private func widen() -> HistogramStripe {
    Histogram.structure.withLock {
      if let stripes { return stripes }
      let stripes = HistogramStripe.allocate(buckets: bounds.count + 1, stripes: Stripes.count)
      // A removal holds the same lock, so the mark is either here to be copied or comes later to all.
      if isRemoved { for index in 0..<Stripes.count { stripes[index].markRemoved() } }
      wide.store(UInt(bitPattern: stripes.pointer), ordering: .releasing)
      return stripes
    }
  }

  @inline(__always)
  private var stripes: HistogramStripe? {
    UnsafeMutableRawPointer(bitPattern: wide.load(ordering: .acquiring)).map {
      HistogramStripe(pointer: $0, buckets: bounds.count + 1)
    }
  }

  private func forEachStripe(_ body: (HistogramStripe) -> Void) {
    body(first)
    guard let stripes else { return }
    for index in 0..<Stripes.count { body(stripes[index]) }
  }

  /// Adds everything observed so far to `snapshot`. Writers of a stripe wait no longer than it takes to copy it.
  package func read(into snapshot: inout HistogramSnapshot) {
    snapshot.reset(bounds: bounds)
    first.copy(to: &snapshot)
    guard let stripes else { return }
    for index in 0..<Stripes.count { stripes[index].copy(to: &snapshot) }
  }

  /// Everything observed so far: whole observations only.
  public var snapshot: HistogramSnapshot {
    var snapshot = HistogramSnapshot()
    read(into: &snapshot)
    return snapshot
  }

  override var isRemoved: Bool {
    first.lock()
    defer { first.unlock() }
    return first.isRemoved
  }

  override func markRemoved() {
    Histogram.structure.withLock {
      forEachStripe { stripe in
        stripe.lock()
        stripe.markRemoved()
        stripe.unlock()
      }
    }
  }

  override var fingerprint: UInt64 { snapshot.count }
}
