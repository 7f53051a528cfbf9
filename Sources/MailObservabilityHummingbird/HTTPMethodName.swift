// Which methods of HTTP have a name in metrics and spans?

#if Hummingbird
  /// A method as conventions have it: one of few, whatever clients send. Methods are case-sensitive.
  ///
  /// Source: OpenTelemetry, "HTTP spans", `http.request.method`.
  enum HTTPMethodName: String, Sendable, CaseIterable {
    case connect = "CONNECT"
    case delete = "DELETE"
    case get = "GET"
    case head = "HEAD"
    case options = "OPTIONS"
    case patch = "PATCH"
    case post = "POST"
    case put = "PUT"
    case query = "QUERY"
    case trace = "TRACE"
    case other = "_OTHER"

    init(of method: String) {
      // The longest has seven bytes.
      self = method.utf8.count > 7 ? .other : HTTPMethodName(rawValue: method) ?? .other
    }

    /// What a span is called, with the template of its route where there is one.
    func spanName(_ route: String?) -> String {
      let method = self == .other ? "HTTP" : rawValue
      return route.map { "\(method) \($0)" } ?? method
    }
  }

  /// A scheme as conventions have it. Over HTTP/2 it is the client who says it.
  enum HTTPSchemeName: String, Sendable {
    case http
    case https
    case other = "_OTHER"

    init(of scheme: String?) {
      self = scheme.map { HTTPSchemeName(rawValue: $0) ?? .other } ?? .http
    }
  }
#endif
