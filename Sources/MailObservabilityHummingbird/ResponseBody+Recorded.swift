// When has a body been sent, and whose fault is it when it has not?

#if Hummingbird
  import HTTPTypes
  import Hummingbird
  import NIOCore
  import ObservabilityPlatform

  extension RecordedRequest {
    /// The same body, which ends the request with its last byte. What makes it runs with the request's span as the current
    /// one.
    func measured(_ body: ResponseBody) -> ResponseBody {
      ResponseBody(contentLength: body.contentLength) { [self] writer in
        let watched = WatchedWriter(base: writer, watch: WriterWatch())
        do {
          try await current { try await body.write(watched) }
        } catch {
          broken(
            watched.watch.hasFailed.withLock { $0 }
              ? "client_closed_connection" : RecordedRequest.name(of: error))
          throw error
        }
        end()
      }
    }
  }

  /// Whether writing has failed, which a client does by going away; what makes a body fails otherwise.
  private final class WriterWatch: Sendable {
    let hasFailed = Locked(false)

    func watch<Result>(_ write: () async throws -> Result) async throws -> Result {
      do {
        return try await write()
      } catch {
        // Cancelled is what the server does when it ends.
        if !(error is CancellationError) { hasFailed.withLock { $0 = true } }
        throw error
      }
    }
  }

  private struct WatchedWriter: ResponseBodyWriter {
    var base: any ResponseBodyWriter
    let watch: WriterWatch

    mutating func write(_ buffer: ByteBuffer) async throws {
      try await watch.watch { try await base.write(buffer) }
    }

    mutating func write(contentsOf buffers: some Sequence<ByteBuffer>) async throws {
      try await watch.watch { try await base.write(contentsOf: buffers) }
    }

    consuming func finish(_ trailers: HTTPFields?) async throws {
      let (base, watch) = (base, watch)
      try await watch.watch { try await base.finish(trailers) }
    }
  }
#endif
