// What has every answer that is none?

import EndpointMessages

extension EndpointResponse {
  /// A text that nobody keeps, since the next one may be told something else, and no browser takes for a page.
  static func refusal(_ status: Int, _ text: String, headers: EndpointFields = [:]) -> EndpointResponse {
    var headers = headers
    headers.append("Cache-Control", "no-store")
    headers.append("X-Content-Type-Options", "nosniff")
    return .text(status, text, headers: headers)
  }
}
