// Which thread do connections of SwiftNIO have, and how does it end?

#if OTLPGRPC || OTLPTLS
  package import Dispatch
  package import NIOCore
  import NIOPosix
  import ObservabilityPlatform

  /// One thread of SwiftNIO, for the connections to one collector.
  ///
  /// Of its own and not the one that all of a process share: it ends with the export, so that nothing is left of it, and
  /// a host that blocks its own event loops holds up no spans. It has to be ended. May be used from any thread.
  package final class ConnectionThread: Sendable {
    private struct State {
      var clients = 0
      var whenEnded: (@Sendable () -> Void)?
      var isEnding = false
    }

    /// How long clients that do not end keep the thread.
    private static var longestEnd: DispatchTimeInterval { .seconds(5) }

    package let group: any EventLoopGroup = MultiThreadedEventLoopGroup(numberOfThreads: 1)
    /// A queue that is never held up by the threads of the cooperative pool, as the global ones are.
    package let queue = DispatchQueue(label: "span export")
    private let state = Locked(State())

    package init() {}

    /// Says that a client uses the thread from here on.
    package func take() { state.withLock { $0.clients += 1 } }

    /// Says that a client has ended.
    package func giveBack() {
      state.withLock { $0.clients -= 1 }
      endWhenUnused()
    }

    /// Ends the thread when no client uses it: of one that is just opening a connection, SwiftNIO would keep the
    /// descriptor for ever. Called once.
    ///
    /// - Parameter done: called when the thread has ended, from any thread.
    package func end(then done: @escaping @Sendable () -> Void) {
      state.withLock { $0.whenEnded = done }
      endWhenUnused()
      guard !state.withLock({ $0.isEnding }) else { return }
      queue.asyncAfter(deadline: .now() + Self.longestEnd) { [self] in endWhenUnused(whatever: true) }
    }

    private func endWhenUnused(whatever isLate: Bool = false) {
      let done: (@Sendable () -> Void)? = state.withLock { state in
        guard let done = state.whenEnded, !state.isEnding, state.clients == 0 || isLate else { return nil }
        state.isEnding = true
        return done
      }
      if let done { group.shutdownGracefully(queue: queue) { _ in done() } }
    }
  }
#endif
