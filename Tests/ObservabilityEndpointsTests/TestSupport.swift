// How are endpoints asked without a socket?

import ObservabilityPlatform
import EndpointMessages
@testable import HealthProbes
import MetricInstruments
import TestSupport
@testable import ObservabilityEndpoints

let loopback = EndpointPeer.ip([127, 0, 0, 1], port: 40_000)
let stranger = EndpointPeer.ip([192, 0, 2, 7], port: 40_000)

/// A registry, a set of checks and the endpoints over them, for which no time passes but that of `timer`: on a slow
/// machine no check, no collector and no scrape is late.
struct Service {
  let registry: Registry
  let variables: PublishedVariables
  let health: HealthRegistry
  let endpoints: ObservabilityEndpoints
  let pages: DebugPages

  init(
    observer: EndpointObserver = EndpointObserver(), timer: any OneShotTimer = ManualClock(),
    _ configure: (inout EndpointSettings) -> Void = { _ in }
  ) throws {
    registry = try Registry(namespace: "mail")
    variables = PublishedVariables(registry)
    health = HealthRegistry(clock: StoppedClock(), timer: ManualClock())
    var settings = EndpointSettings()
    // The pool of a test is busy with other tests, and late without being stuck.
    settings.poolPatience = .seconds(3600)
    configure(&settings)
    pages = settings.pages
    endpoints = ObservabilityEndpoints(
      registry: registry, variables: variables, health: HealthView(health), timer: timer, settings: settings,
      observer: observer)
  }

  func get(
    _ target: String, method: String = "GET", headers: EndpointFields = [:], peer: EndpointPeer = loopback,
    addsHost: Bool = true
  ) async throws -> Answer {
    var headers = headers
    if addsHost, headers.all("Host").isEmpty { headers.append("Host", "localhost") }
    let request = try EndpointRequest(method: method, target: target, headers: headers, peer: peer)
    let response = await endpoints.respond(to: request)
    return Answer(
      status: response.status, headers: response.headers,
      body: String(decoding: try await response.wholeBody(), as: UTF8.self))
  }
}

private struct StoppedClock: HealthClock {
  let now = HealthInstant(sinceOrigin: .zero)
  let unixTime = Duration.seconds(1_700_000_000)
}

struct Answer {
  let status: Int
  let headers: EndpointFields
  let body: String
  var type: String? { headers["Content-Type"] }
}

extension EndpointResponse {
  /// The body, read to its end.
  func wholeBody() async throws -> [UInt8] {
    switch body {
    case .bytes(let all): return all
    case .stream(let stream):
      var bytes: [UInt8] = []
      while let part = try await stream.next() { bytes += part }
      stream.finished?()
      return bytes
    }
  }
}
