// Who is asked for the trace that a recording belongs to?

import CObservabilityShims
import ObservabilityPlatform
import Synchronization

/// The hook that is asked for the current trace context.
///
/// While none is set, an observation pays for three loads of words that nobody writes: less than a nanosecond. A hook
/// that was replaced stays in memory as long as the registry, since another thread may be inside of it; programs set
/// one, once.
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
    // Tracing libraries count as well: what a hook records itself has no exemplar.
    guard mailobs_thread_enter_hook() else { return nil }
    defer { mailobs_thread_leave_hook() }
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
