// Which connections does a client of another package have?

#if OTLPGRPC || OTLPTLS
  package import NIOCore
  import ObservabilityPlatform

  /// The connections of one client, so that they can be cut whatever the client waits for. May be used from any thread.
  package final class OpenConnections: Sendable {
    private struct State {
      var channels: [ObjectIdentifier: any Channel] = [:]
      var uses: UInt64 = 0
      /// How many were made since the last request.
      var unused = 0
      var isEnded = false
    }

    /// The most connections in a row that take no request: the one that is kept may end just then, and the next as well.
    private static let mostUnused = 2

    private let state = Locked(State())

    package init() {}

    /// Takes in a connection, which is cut at once after the end, and where a client makes one after the other for nothing,
    /// as for a collector that turns each away: it would go on as fast as it can.
    ///
    /// - Returns: whether it may be used.
    @discardableResult
    package func add(_ channel: any Channel) -> Bool {
      let id = ObjectIdentifier(channel)
      let isTaken = state.withLock { state in
        state.unused += 1
        let isTaken = !state.isEnded && state.unused <= Self.mostUnused
        if isTaken { state.channels[id] = channel }
        return isTaken
      }
      channel.closeFuture.whenComplete { [self] _ in
        state.withLock { _ = $0.channels.removeValue(forKey: id) }
      }
      if !isTaken { channel.close(promise: nil) }
      return isTaken
    }

    /// Counts a request that a connection has taken.
    package func use() {
      state.withLock { state in
        state.uses &+= 1
        state.unused = 0
      }
    }

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
