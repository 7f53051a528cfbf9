// Who answers the live page, whatever becomes of the pool?

import EndpointMessages
import ObservabilityPlatform

/// Has the data made on a thread of the library's own, one answer after the other, within a deadline.
final class LiveEndpoint: Sendable {
  /// How many requests may wait: more pages than anybody has open.
  private static let limit = 64
  private static let deadline = Duration.seconds(5)

  /// Kept from one second to the next while a page is open.
  private let thread = WorkerThread(name: "live page", linger: .seconds(3))
  private let timer: any OneShotTimer
  private let data: @Sendable (EndpointQuery) -> [UInt8]
  private let waiting = Locked(0)

  init(_ data: @escaping @Sendable (EndpointQuery) -> [UInt8], timer: any OneShotTimer) {
    self.data = data
    self.timer = timer
  }

  deinit { stop() }

  /// Ends the thread as soon as it has nothing to do.
  func stop() { thread.stop() }

  func respond(to request: EndpointRequest) async -> EndpointResponse {
    let isAdmitted = waiting.withLock { waiting in
      guard waiting < LiveEndpoint.limit else { return false }
      waiting += 1
      return true
    }
    guard isAdmitted else { return LiveEndpoint.busy }
    defer { waiting.withLock { $0 -= 1 } }
    let (data, query) = (data, request.query)
    let outcome = await outcome(
      of: { data(query) }, on: thread, within: LiveEndpoint.deadline, timer: timer)
    guard case .finished(let bytes) = outcome else { return LiveEndpoint.busy }
    return EndpointResponse(
      status: 200,
      headers: [
        "Content-Type": "application/json", "Cache-Control": "no-store", "X-Content-Type-Options": "nosniff",
      ], body: .bytes(bytes))
  }

  private static var busy: EndpointResponse {
    .refusal(503, "Too many pages are open.\n", headers: ["Retry-After": "1"])
  }
}
