// How does an export go on when a connection, an address or a name fails?

#if OTLPGRPC || OTLPTLS
  package import ObservabilityHTTP
  import ObservabilityPlatform
  package import ObservabilitySockets
  package import OTLPExport

  /// Sends requests by a client of another package, which is kept while it works, and ended when it does not: what it
  /// would do by itself to connect, look names up and try again is done here, within the time of a request.
  ///
  /// Confined to the loop of the export, and no task of it runs anywhere else: a host that blocks the cooperative pool
  /// holds up nothing.
  package final class ReconnectingExporter<Client: CollectorClient>: SpanExporter, @unchecked Sendable {
    /// The most clients that are ending at one time.
    private static var mostEnding: Int { 8 }
    /// How long the end waits for them. They end by themselves then, and their thread after them.
    private static var patience: Duration { .milliseconds(50) }

    private let endpoint: ClientEndpoint
    private let loop: EventLoop
    private let thread: ConnectionThread
    private let resolve: ClientEndpoint.Resolve
    private let encode: @Sendable ([UInt8]) -> ExportBody
    private let make: @Sendable (_ address: SocketAddress, _ connecting: Duration) -> Client

    private var client: Client?
    private var phase = ClientError.Phase.resolving
    private var ending = 0
    private var isClosed = false

    /// - Parameters:
    ///   - loop: the export's.
    ///   - thread: that of the clients, which ends with this.
    ///   - resolve: may block.
    ///   - encode: makes of a message what is sent.
    ///   - make: a client that has no connection yet; what is sent by it finds one within a time.
    package init(
      to endpoint: ClientEndpoint, on loop: EventLoop, _ thread: ConnectionThread,
      resolve: @escaping ClientEndpoint.Resolve = ClientEndpoint.systemResolver,
      encode: @escaping @Sendable ([UInt8]) -> ExportBody,
      make: @escaping @Sendable (_ address: SocketAddress, _ connecting: Duration) -> Client
    ) {
      self.endpoint = endpoint
      self.loop = loop
      self.thread = thread
      self.resolve = resolve
      self.encode = encode
      self.make = make
    }

    package func body(of message: [UInt8]) -> ExportBody { encode(message) }

    // MARK: - Requests

    package func send(_ body: ExportBody, spans: Int, within limit: Duration) async -> ExportAnswer {
      guard !isClosed else { return .refused(ExportRefusal(ClientError.closed)) }
      guard ending < Self.mostEnding else {
        return .refused(ExportRefusal("earlier connections to the collector do not end", isRetryable: true))
      }
      phase = .resolving
      let end = loop.clock().clampedAdding(max(0, limit.clampedNanoseconds))
      // What a client makes of its time is not relied on.
      let result: OffLoopOutcome<ExportAnswer> = await outcome(within: limit, timer: loop) { finish in
        let attempt = Task(executorPreference: loop) { [self] in
          finish(.finished(await self.attempt(body, spans, until: end)))
        }
        return { attempt.cancel() }
      }
      switch result {
      case .finished(let answer): return answer
      case .deadlineExceeded:
        let phase: ClientError.Phase = client?.hasConnected == true ? .answering : self.phase
        drop()
        return .refused(ExportRefusal(ClientError.timedOut(phase)))
      case .failed:
        drop()
        return .refused(ExportRefusal(ClientError.cancelled))
      }
    }

    private func left(until end: Int64) -> Duration { .nanoseconds(end.clampedAdding(-loop.clock())) }

    private var isOver: Bool { Task.isCancelled || isClosed }

    private func attempt(_ body: ExportBody, _ spans: Int, until end: Int64) async -> ExportAnswer {
      if let kept = client {
        let outcome = await kept.send(body, spans: spans, within: left(until: end))
        // One that turns out to be gone is replaced at once.
        if outcome.isSent || isOver { return outcome.answer }
        drop(kept)
      }
      let addresses: [SocketAddress]
      do throws(ClientError) {
        addresses = try await endpoint.addresses(within: left(until: end), timer: loop, by: resolve)
      } catch {
        return .refused(ExportRefusal(error))
      }
      var answer = ExportAnswer.refused(
        ExportRefusal(ClientError.unresolvable("the host of \(endpoint.host) has no address")))
      for (index, address) in addresses.enumerated() {
        let left = self.left(until: end)
        guard !isOver, left > .zero else { break }
        // A share of the time for each, so that a silent first address does not hide a second that works.
        let share = left / (addresses.count - index)
        phase = .connecting
        thread.take()
        let next = make(address, share)
        client = next
        let timer = loop.schedule(after: share) { [weak self, weak next] in
          if let next, !next.hasConnected, index + 1 < addresses.count { self?.drop(next) }
        }
        let outcome = await next.send(body, spans: spans, within: left)
        timer.cancel()
        answer = outcome.answer
        if outcome.isSent { break }
        drop(next)
      }
      return answer
    }

    // MARK: - The end

    private func drop() { if let client { drop(client) } }

    /// Ends a client, once.
    private func drop(_ dropped: Client) {
      guard client === dropped else { return }
      client = nil
      ending += 1
      dropped.end { [self] in
        thread.giveBack()
        loop.executeBeginningNoThread { [self] in ending -= 1 }
      }
    }

    package func close(then done: @escaping @Sendable () -> Void) {
      guard !isClosed else { return done() }
      isClosed = true
      drop()
      let waiting = Locked<(@Sendable () -> Void)?>(done)
      let tell: @Sendable () -> Void = {
        let done = waiting.withLock { waiting in
          defer { waiting = nil }
          return waiting
        }
        done?()
      }
      if ending > 0 { loop.schedule(after: Self.patience, tell) }
      thread.end(then: tell)
    }
  }
#endif
