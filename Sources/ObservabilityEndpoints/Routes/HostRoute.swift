// How is a route of the host asked, so that it can hurt nobody but itself?

import EndpointMessages
import ObservabilityPlatform

/// Asks a host's route off the loop, within a deadline, and not too often at once.
final class HostRoute: Sendable {
  /// What came of asking.
  enum Asked<Value: Sendable>: Sendable {
    case answered(Value)
    case refused(EndpointResponse)
  }

  /// How much of a host's error is logged, in bytes.
  private static let longestError = 4096

  private let route: EndpointRoute
  /// A closure that never returns keeps its place; without a limit each of its requests would leave another task behind.
  private let underWay = Locked(0)

  init(_ route: EndpointRoute) { self.route = route }

  var path: String { route.path }
  var content: EndpointRoute.Content { route.content }

  /// The response that the host makes. A stream that nobody will read is told so.
  func answer(
    within limit: Duration, timer: any OneShotTimer, log: @escaping @Sendable (String) -> Void,
    _ respond: @escaping @Sendable () async throws -> EndpointResponse
  ) async -> EndpointResponse {
    switch await ask(within: limit, timer: timer, log: log, drop: { $0.body.finish() }, respond) {
    case .answered(let response), .refused(let response): response
    }
  }

  /// Whatever the host makes, or what to answer in its place.
  ///
  /// - Parameter drop: given what comes when nobody waits for it any more.
  func ask<Value: Sendable>(
    within limit: Duration, timer: any OneShotTimer, log: @escaping @Sendable (String) -> Void,
    drop: @escaping @Sendable (Value) -> Void = { _ in },
    _ work: @escaping @Sendable () async throws -> Value
  ) async -> Asked<Value> {
    guard enter() else {
      return .refused(
        .refusal(503, "Too many requests of this route are under way.\n", headers: ["Retry-After": "1"]))
    }
    let handOver = HandOver<Value>(drop)
    let outcome = await offLoop(within: limit, timer: timer, of: "route \(route.path)") { [self] in
      defer { underWay.withLock { $0 -= 1 } }
      do {
        handOver.offer(try await work())
      } catch let refusal as EndpointRefusal {
        throw refusal
      } catch let unshown as HostFamilies.Unshown {
        throw unshown
      } catch {
        throw DescribedError(error)
      }
    }
    switch outcome {
    case .finished:
      if let value = handOver.take() { return .answered(value) }
    case .failed(let refusal as EndpointRefusal):
      return .refused(.refusal(refusal.status, refusal.reason + "\n"))
    case .failed(let unshown as HostFamilies.Unshown):
      log("the route \(route.path) failed: \(unshown)")
      return .refused(.refusal(500, unshown.text))
    case .failed(let error as DescribedError):
      log("the route \(route.path) failed: \(error.description.cut(to: Self.longestError))")
      return .refused(.refusal(500, "The route failed.\n"))
    case .failed, .deadlineExceeded: break
    }
    handOver.drop()
    return .refused(.refusal(503, "The route did not answer in time.\n", headers: ["Retry-After": "1"]))
  }

  /// How many requests are under way, those included that nobody waits for any more.
  var countUnderWay: Int { underWay.withLock { $0 } }

  private func enter() -> Bool {
    underWay.withLock { underWay in
      guard underWay < route.limit else { return false }
      underWay += 1
      return true
    }
  }
}

/// A value on its way from the host to whoever waits for it, if somebody still does.
private final class HandOver<Value: Sendable>: Sendable {
  private struct State {
    var value: Value?
    var isDropped = false
  }

  private let state = Locked(State())
  private let dropped: @Sendable (Value) -> Void

  init(_ dropped: @escaping @Sendable (Value) -> Void) { self.dropped = dropped }

  func offer(_ value: Value) {
    let isDropped = state.withLock { state in
      if !state.isDropped { state.value = value }
      return state.isDropped
    }
    if isDropped { dropped(value) }
  }

  func take() -> Value? { state.withLock { $0.value.take() } }

  func drop() {
    let value = state.withLock { state in
      state.isDropped = true
      return state.value.take()
    }
    if let value { dropped(value) }
  }
}

extension EndpointBody {
  /// No piece will be asked for any more.
  fileprivate func finish() {
    if case .stream(let stream) = self { stream.finish() }
  }
}
