// Which trace do recordings belong to that do not say so themselves?

import ObservabilityPlatform
import Synchronization

/// The hook that is asked for the current trace context.
///
/// While none is set, an observation pays for three loads of words that nobody writes: less than a nanosecond. A hook that was replaced stays in
/// memory as long as the registry, since another thread may be inside of it; programs set one, once.
final class ExemplarSource: Sendable {
  typealias Hook = @Sendable () -> Exemplar.Labels?

  private final class Box: Sendable {
    let hook: Hook
    init(_ hook: @escaping Hook) { self.hook = hook }
  }

  private let address = Atomic<UInt>(0)
  private let boxes = Locked<[Box]>([])

  @inline(__always)
  var isSet: Bool { address.load(ordering: .relaxed) != 0 }

  /// The labels for a recording that is being made on this thread.
  var current: Exemplar.Labels? {
    guard let pointer = UnsafeRawPointer(bitPattern: address.load(ordering: .acquiring)) else { return nil }
    return Unmanaged<Box>.fromOpaque(pointer).takeUnretainedValue().hook()
  }

  func set(_ hook: Hook?) {
    boxes.withLock { boxes in
      guard let hook else { return address.store(0, ordering: .releasing) }
      let box = Box(hook)
      boxes.append(box)
      address.store(UInt(bitPattern: Unmanaged.passUnretained(box).toOpaque()), ordering: .releasing)
    }
  }
}

extension Registry {
  /// Sets what is asked for the labels of an exemplar when a recording names none; nil asks nobody.
  ///
  /// ```swift
  /// registry.setExemplarSource { TraceContext.current.map { ["trace_id": $0.traceID] } }
  /// ```
  ///
  /// It is asked by ``Histogram/observe(_:)-(Double)``, by timers, and by the forms of ``Counter`` that are given an
  /// amount (`increment(by:)`); a bare ``Counter/increment()`` is inlined into its caller and asks nobody. The hook
  /// runs on the recording thread, so it must be quick, must not block, and must not record into the same registry.
  /// Labels that no scraper would take are left out and counted as `invalid_label`; the amount is recorded. May be
  /// called from any thread, at any time.
  public func setExemplarSource(_ source: (@Sendable () -> Exemplar.Labels?)?) {
    context.exemplarSource.set(source)
  }
}

extension MetricInstrument {
  /// A question and not the source itself, so that asking retains nothing.
  @inline(__always)
  final var hasExemplarSource: Bool { context?.exemplarSource.isSet == true }

  /// Keeps an exemplar of something that was recorded, if its labels can be used.
  @inline(never)
  final func keep(
    _ labels: Exemplar.Labels, value: Double, in slot: borrowing ExemplarSlot, at index: Int, of count: Int
  ) {
    guard labels.isAcceptable else { return reject(.invalidLabel) }
    slot.store(
      Exemplar(labels: labels.labels, value: value, timestamp: WallClock.seconds), at: index, of: count)
  }
}
