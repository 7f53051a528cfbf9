// Which thread do connections of SwiftNIO have, and how does it end?

#if OTLPGRPC || OTLPTLS
  package import Dispatch
  package import NIOCore
  import NIOPosix

  /// One thread of SwiftNIO, for the connections to one collector.
  ///
  /// Of its own and not the one that all of a process share: it ends with the export, so that nothing is left of it, and
  /// a host that blocks its own event loops holds up no spans. It has to be ended.
  package final class ConnectionThread: Sendable {
    package let group: any EventLoopGroup = MultiThreadedEventLoopGroup(numberOfThreads: 1)
    /// A queue that is never held up by the threads of the cooperative pool, as the global ones are.
    package let queue = DispatchQueue(label: "span export")

    package init() {}

    /// Closes all connections, and ends the thread. Called once.
    ///
    /// - Parameter done: called when the thread has ended.
    package func end(then done: @escaping @Sendable () -> Void) {
      group.shutdownGracefully(queue: queue) { _ in done() }
    }
  }
#endif
