// What does a probe answer in one word?

import EndpointMessages
import HealthProbes
import MetricExposition

/// The short answers, made once: probes are what is asked most.
struct ShortAnswers: Sendable {
  private let passing: [EndpointResponse]
  private let failing: [EndpointResponse]

  init() {
    func make(_ probe: HealthProbe, _ passes: Bool) -> EndpointResponse {
      var json = JSONText()
      json.object {
        $0.key(probe.word)
        $0.bool(passes)
      }
      return ProbeEndpoints.response(passes ? 200 : 503, "application/json", json.bytes)
    }
    passing = HealthProbe.allCases.map { make($0, true) }
    failing = HealthProbe.allCases.map { make($0, false) }
  }

  subscript(probe: HealthProbe, passes: Bool) -> EndpointResponse {
    (passes ? passing : failing)[probe.place]
  }
}

extension HealthProbe {
  /// Where it stands in `allCases`.
  fileprivate var place: Int {
    switch self {
    case .health: 0
    case .ready: 1
    case .live: 2
    case .startup: 3
    }
  }

  /// The key of the probe's short answer.
  fileprivate var word: String {
    switch self {
    case .health: "healthy"
    case .ready: "ready"
    case .live: "alive"
    case .startup: "started"
    }
  }
}
