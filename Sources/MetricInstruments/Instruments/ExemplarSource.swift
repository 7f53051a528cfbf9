// Who is asked for the trace that a recording belongs to, and how often?

import CObservabilityShims
import ObservabilityPlatform
import Synchronization

/// The hook that is asked for the current trace context.
///
/// While none is set, an observation pays for three loads of words that nobody writes: less than a
/// nanosecond. While one is, a timer counts ticks, and each series asks once a tick for each of its
/// exemplars; in between an observation pays for a few loads more, and reads no clock. Without a timer every
/// recording asks. A hook that was replaced stays in memory as long as the registry, since another thread may
/// be inside of it; programs set one, once.
final class ExemplarSource: Sendable {
  typealias Hook = @Sendable () -> Exemplar.Labels?

  private final class Box: Sendable {
    let hook: Hook
    init(_ hook: @escaping Hook) { self.hook = hook }
  }

  private struct State {
    var boxes: [Box] = []
    var isSet = false
    /// Of the servers that run, by number; the last one is used.
    var timers: [(number: UInt64, timer: any OneShotTimer)] = []
    var lastNumber: UInt64 = 0
    /// Of the timer's calls; a call of an earlier one does nothing.
    var generation: UInt64 = 0
    var token: (any OneShotTimerToken)?
  }

  /// How long a tick is.
  static let interval = Duration.milliseconds(100)

  private let address = Atomic<UInt>(0)
  private let ticks = Atomic<UInt32>(0)
  private let state = Locked(State())

  @inline(__always)
  var isSet: Bool { address.load(ordering: .relaxed) != 0 }

  /// The number of the tick, which may come again after a long time; 0 while nobody counts.
  @inline(__always)
  var tick: UInt32 { ticks.load(ordering: .relaxed) }

  /// The labels for a recording that is being made on this thread.
  var current: Exemplar.Labels? {
    guard let pointer = UnsafeRawPointer(bitPattern: address.load(ordering: .acquiring)) else { return nil }
    // Tracing libraries count as well: what a hook records itself has no exemplar.
    guard mailobs_thread_enter_hook() else { return nil }
    defer { mailobs_thread_leave_hook() }
    return Unmanaged<Box>.fromOpaque(pointer).takeUnretainedValue().hook()
  }

  func set(_ hook: Hook?) {
    state.withLock { state in
      state.isSet = hook != nil
      if let hook {
        let box = Box(hook)
        state.boxes.append(box)
        address.store(UInt(bitPattern: Unmanaged.passUnretained(box).toOpaque()), ordering: .releasing)
      } else {
        address.store(0, ordering: .releasing)
      }
      follow(&state)
    }
  }

  // MARK: - Ticks

  /// Counts ticks by `timer` until ``endTicks(_:)`` is called with what this returns.
  func beginTicks(on timer: any OneShotTimer) -> UInt64 {
    state.withLock { state in
      state.lastNumber += 1
      state.timers.append((state.lastNumber, timer))
      follow(&state)
      return state.lastNumber
    }
  }

  /// The timer is used no longer when this returns.
  func endTicks(_ number: UInt64) {
    state.withLock { state in
      state.timers.removeAll { $0.number == number }
      follow(&state)
    }
  }

  /// Goes on by the newest timer; an idle loop is not woken for a source that is not there.
  private func follow(_ state: inout State) {
    state.token?.cancel()
    state.token = nil
    state.generation += 1
    guard state.isSet, !state.timers.isEmpty else { return ticks.store(0, ordering: .relaxed) }
    count(&state)
  }

  private func count(_ state: inout State) {
    guard let timer = state.timers.last?.timer else { return }
    ticks.store(max(1, tick &+ 1), ordering: .relaxed)
    let generation = state.generation
    state.token = timer.schedule(after: ExemplarSource.interval) { [weak self] in
      self?.state.withLock { state in
        if state.generation == generation { self?.count(&state) }
      }
    }
  }
}
