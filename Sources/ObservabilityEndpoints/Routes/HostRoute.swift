// How is a route of the host asked, so that it can hurt nobody but itself?

import EndpointMessages
import ObservabilityPlatform

/// Asks a host's route off the loop, within a deadline, and not too often at once.
final class HostRoute: Sendable {
  /// The most requests under way. A closure that never returns keeps its place; without a limit each of its requests
  /// would leave another task behind.
  static let most = 16

  private let route: EndpointRoute
  private let underWay = Locked(0)

  init(_ route: EndpointRoute) { self.route = route }

  func answer(
    _ request: EndpointRequest, within limit: Duration, timer: any OneShotTimer,
    log: @escaping @Sendable (String) -> Void
  ) async -> EndpointResponse {
    guard enter() else {
      return .refusal(503, "Too many requests of this route are under way.\n", headers: ["Retry-After": "1"])
    }
    let handOver = HandOver()
    let outcome = await offLoop(within: limit, timer: timer, of: "route \(route.path)") { [self] in
      defer { underWay.withLock { $0 -= 1 } }
      do {
        handOver.offer(try await route.respond(request))
      } catch {
        throw DescribedError(error)
      }
    }
    switch outcome {
    case .finished:
      if let response = handOver.take() { return response }
    case .failed(let error as DescribedError):
      log("the route \(route.path) failed: \(error)")
      return .refusal(500, "The route failed.\n")
    case .failed, .deadlineExceeded: break
    }
    handOver.drop()
    return .refusal(503, "The route did not answer in time.\n", headers: ["Retry-After": "1"])
  }

  private func enter() -> Bool {
    underWay.withLock { underWay in
      guard underWay < Self.most else { return false }
      underWay += 1
      return true
    }
  }
}

/// A response on its way from the host to whoever waits for it, if somebody still does. A stream that nobody will read is
/// told so.
private final class HandOver: Sendable {
  private struct State {
    var response: EndpointResponse?
    var isDropped = false
  }

  private let state = Locked(State())

  func offer(_ response: EndpointResponse) {
    let isDropped = state.withLock { state in
      if !state.isDropped { state.response = response }
      return state.isDropped
    }
    if isDropped { response.body.finish() }
  }

  func take() -> EndpointResponse? { state.withLock { $0.response.take() } }

  func drop() {
    let response = state.withLock { state in
      state.isDropped = true
      return state.response.take()
    }
    response?.body.finish()
  }
}

extension EndpointBody {
  /// No piece will be asked for any more.
  fileprivate func finish() {
    if case .stream(let stream) = self { stream.finish() }
  }
}
