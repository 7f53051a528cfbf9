// What is the value of a list header that came in several lines?

import EndpointMessages

extension EndpointFields {
  /// The values of a list header that may come in several lines, as one; nil when there is none.
  func joined(_ name: String) -> String? {
    let values = all(name)
    return values.isEmpty ? nil : values.joined(separator: ",")
  }
}
