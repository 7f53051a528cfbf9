// How are requests and refusals counted?

import EndpointMessages
import ObservabilityPlatform
import ObservabilityHTTP
import MetricInstruments
import ObservabilityEndpoints

/// Counts what the transport did. Confined to the server's loop.
final class ServerRecorder: HTTPServerObserver, @unchecked Sendable {
  private let own: ObservabilityMetrics
  private let log: LogDelivery
  private let endpoints: ObservabilityEndpoints
  /// The counters that have been needed, so that a request costs no text and no lookup by it. There are few,
  /// and the first is that of the probe asked most.
  private var counters: [(route: String, status: Int, counter: Counter)] = []
  private static let mostCounters = 64

  init(
    own: ObservabilityMetrics, log: LogDelivery, endpoints: ObservabilityEndpoints
  ) {
    self.own = own
    self.log = log
    self.endpoints = endpoints
  }

  func rejected(_ reason: HTTPRejectReason) { own.rejected[reason].increment() }

  func responded(status: Int, to request: EndpointRequest?) {
    let route = request.map { endpoints.countedName(of: $0) } ?? "none"
    for known in counters where known.status == status && known.route == route {
      return known.counter.increment()
    }
    let counter = own.requests[route, String(status)]
    if counters.count < Self.mostCounters { counters.append((route, status, counter)) }
    counter.increment()
  }

  func acceptFailed(errno: Int32) {
    log.send(.error, "the listener cannot accept connections: \(SystemError.text(errno))")
  }
}
