// What do the formats with four types call a type?

import MetricInstruments

extension MetricType {
  /// The word of the formats that know four types only: an info or a state set is a gauge to them.
  var prometheusWord: String {
    switch self {
    case .info, .stateset: MetricType.gauge.rawValue
    case .unknown: "untyped"
    case .counter, .gauge, .histogram: rawValue
    }
  }
}
