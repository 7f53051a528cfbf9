// Which connections does a client of another package have?

#if OTLPGRPC || OTLPTLS
  package import NIOCore
  import ObservabilityPlatform

  /// The connections of one client, so that they can be cut whatever the client waits for. May be used from any thread.
  package final class OpenConnections: Sendable {
    private struct State {
      var channels: [ObjectIdentifier: any Channel] = [:]
      var uses: UInt64 = 0
      var isEnded = false
    }

    private let state = Locked(State())

    package init() {}

    /// Takes in a connection, which is cut at once after the end.
    package func add(_ channel: any Channel) {
      let id = ObjectIdentifier(channel)
      let isLate = state.withLock { state in
        if !state.isEnded { state.channels[id] = channel }
        return state.isEnded
      }
      channel.closeFuture.whenComplete { [self] _ in
        state.withLock { _ = $0.channels.removeValue(forKey: id) }
      }
      if isLate { channel.close(promise: nil) }
    }

    /// Counts a request that a connection has taken.
    package func use() { state.withLock { $0.uses &+= 1 } }

    /// How many requests connections have taken.
    package var uses: UInt64 { state.withLock { $0.uses } }

    package var isEmpty: Bool { state.withLock { $0.channels.isEmpty } }

    /// Cuts all connections, and those that are made later.
    package func cut() {
      let channels = state.withLock { state in
        state.isEnded = true
        return Array(state.channels.values)
      }
      for channel in channels { channel.close(promise: nil) }
    }
  }
#endif
