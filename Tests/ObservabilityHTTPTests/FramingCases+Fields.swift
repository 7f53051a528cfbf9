// Which header fields are accepted, and what is answered to the others?

import EndpointMessages
@testable import ObservabilityHTTP

extension FramingCase {
  /// The table of header fields.
  static let fields: [FramingCase] = [
    FramingCase(
      "an empty value",
      "GET / HTTP/1.1\r\nHost: a\r\nX:\r\n\r\nGET /next HTTP/1.1\r\nHost: a\r\n\r\n",
      "200 200 open"),
    FramingCase(
      "no blank after the colon",
      "GET / HTTP/1.1\r\nHost: a\r\nX:y\r\n\r\nGET /next HTTP/1.1\r\nHost: a\r\n\r\n",
      "200 200 open"),
    FramingCase(
      "blanks around the value",
      "GET / HTTP/1.1\r\nHost: a\r\nX: \t y \t\r\n\r\nGET /next HTTP/1.1\r\nHost: a\r\n\r\n",
      "200 200 open"),
    FramingCase(
      "a tab inside a value",
      "GET / HTTP/1.1\r\nHost: a\r\nX: a\tb\r\n\r\nGET /next HTTP/1.1\r\nHost: a\r\n\r\n",
      "200 200 open"),
    FramingCase(
      "bytes above ASCII in a value",
      "GET / HTTP/1.1\r\nHost: a\r\nX: \u{E4}\u{FF}\r\n\r\nGET /next HTTP/1.1\r\nHost: a\r\n"
        + "\r\n",
      "200 200 open"),
    FramingCase(
      "a colon in a value",
      "GET / HTTP/1.1\r\nHost: a\r\nX: a:b\r\n\r\nGET /next HTTP/1.1\r\nHost: a\r\n\r\n",
      "200 200 open"),
    FramingCase(
      "a repeated field",
      "GET / HTTP/1.1\r\nHost: a\r\nX: 1\r\nx: 2\r\n\r\nGET /next HTTP/1.1\r\nHost: a\r\n\r\n",
      "200 200 open"),
    FramingCase(
      "every token byte in a name",
      "GET / HTTP/1.1\r\nHost: a\r\n!#$%&'*+-.^_`|~09azAZ: y\r\n\r\nGET /next HTTP/1.1\r\n"
        + "Host: a\r\n\r\n",
      "200 200 open"),
    FramingCase(
      "a blank before the colon",
      "GET / HTTP/1.1\r\nHost: a\r\nX : y\r\n\r\nGET /next HTTP/1.1\r\nHost: a\r\n\r\n",
      "400 closed"),
    FramingCase(
      "a tab before the colon",
      "GET / HTTP/1.1\r\nHost: a\r\nX\t: y\r\n\r\nGET /next HTTP/1.1\r\nHost: a\r\n\r\n",
      "400 closed"),
    FramingCase(
      "no colon",
      "GET / HTTP/1.1\r\nHost: a\r\nX\r\n\r\nGET /next HTTP/1.1\r\nHost: a\r\n\r\n",
      "400 closed"),
    FramingCase(
      "an empty name",
      "GET / HTTP/1.1\r\nHost: a\r\n: y\r\n\r\nGET /next HTTP/1.1\r\nHost: a\r\n\r\n",
      "400 closed"),
    FramingCase(
      "a blank in a name",
      "GET / HTTP/1.1\r\nHost: a\r\nX Y: z\r\n\r\nGET /next HTTP/1.1\r\nHost: a\r\n\r\n",
      "400 closed"),
    FramingCase(
      "a slash in a name",
      "GET / HTTP/1.1\r\nHost: a\r\nX/Y: z\r\n\r\nGET /next HTTP/1.1\r\nHost: a\r\n\r\n",
      "400 closed"),
    FramingCase(
      "a NUL in a name",
      "GET / HTTP/1.1\r\nHost: a\r\nX\u{0}: y\r\n\r\nGET /next HTTP/1.1\r\nHost: a\r\n\r\n",
      "400 closed"),
    FramingCase(
      "a byte above ASCII in a name",
      "GET / HTTP/1.1\r\nHost: a\r\n\u{C4}: y\r\n\r\nGET /next HTTP/1.1\r\nHost: a\r\n\r\n",
      "400 closed"),
    FramingCase(
      "a quote in a name",
      "GET / HTTP/1.1\r\nHost: a\r\n\"X\": y\r\n\r\nGET /next HTTP/1.1\r\nHost: a\r\n\r\n",
      "400 closed"),
    FramingCase(
      "brackets in a name",
      "GET / HTTP/1.1\r\nHost: a\r\nX[]: y\r\n\r\nGET /next HTTP/1.1\r\nHost: a\r\n\r\n",
      "400 closed"),
    FramingCase(
      "folding with a blank",
      "GET / HTTP/1.1\r\nHost: a\r\nX: a\r\n b\r\n\r\nGET /next HTTP/1.1\r\nHost: a\r\n\r\n",
      "400 closed"),
    FramingCase(
      "folding with a tab",
      "GET / HTTP/1.1\r\nHost: a\r\nX: a\r\n\tb\r\n\r\nGET /next HTTP/1.1\r\nHost: a\r\n\r\n",
      "400 closed"),
    FramingCase(
      "a blank line of blanks",
      "GET / HTTP/1.1\r\nHost: a\r\n \r\n\r\nGET /next HTTP/1.1\r\nHost: a\r\n\r\n",
      "400 closed"),
    FramingCase(
      "a bare LF after a field",
      "GET / HTTP/1.1\r\nHost: a\r\nX: y\n\r\nGET /next HTTP/1.1\r\nHost: a\r\n\r\n",
      "400 closed"),
    FramingCase(
      "a bare CR in a value",
      "GET / HTTP/1.1\r\nHost: a\r\nX: a\rb\r\n\r\nGET /next HTTP/1.1\r\nHost: a\r\n\r\n",
      "400 closed"),
    FramingCase(
      "a bare CR in a name",
      "GET / HTTP/1.1\r\nHost: a\r\nX\rY: z\r\n\r\nGET /next HTTP/1.1\r\nHost: a\r\n\r\n",
      "400 closed"),
    FramingCase(
      "CR CR LF",
      "GET / HTTP/1.1\r\nHost: a\r\nX: y\r\r\n\r\nGET /next HTTP/1.1\r\nHost: a\r\n\r\n",
      "400 closed"),
    FramingCase(
      "a NUL in a value",
      "GET / HTTP/1.1\r\nHost: a\r\nX: a\u{0}b\r\n\r\nGET /next HTTP/1.1\r\nHost: a\r\n\r\n",
      "400 closed"),
    FramingCase(
      "a control byte in a value",
      "GET / HTTP/1.1\r\nHost: a\r\nX: a\u{1}b\r\n\r\nGET /next HTTP/1.1\r\nHost: a\r\n\r\n",
      "400 closed"),
    FramingCase(
      "an ESC in a value",
      "GET / HTTP/1.1\r\nHost: a\r\nX: \u{1B}[2J\r\n\r\nGET /next HTTP/1.1\r\nHost: a\r\n\r\n",
      "400 closed"),
    FramingCase(
      "a DEL in a value",
      "GET / HTTP/1.1\r\nHost: a\r\nX: \u{7F}\r\n\r\nGET /next HTTP/1.1\r\nHost: a\r\n\r\n",
      "400 closed"),
    FramingCase(
      "a bare LF inside a value",
      "GET / HTTP/1.1\r\nHost: a\r\nX: a\nContent-Length: 5\r\n\r\nGET /next HTTP/1.1\r\n"
        + "Host: a\r\n\r\n",
      "400 closed"),
    FramingCase("folding in the first field", "GET / HTTP/1.1\r\n Host: a\r\n\r\n", "400 closed"),
    FramingCase("the head ends in a bare LF", "GET / HTTP/1.1\r\nHost: a\r\n\n", "400 closed"),
    FramingCase("no Host", "GET / HTTP/1.1\r\n\r\nGET /next HTTP/1.1\r\nHost: a\r\n\r\n", "400 closed"),
    FramingCase(
      "Host twice",
      "GET / HTTP/1.1\r\nHost: a\r\nHost: a\r\n\r\nGET /next HTTP/1.1\r\nHost: a\r\n\r\n",
      "400 closed"),
    FramingCase(
      "Host twice, in other case",
      "GET / HTTP/1.1\r\nHost: a\r\nhOST: b\r\n\r\nGET /next HTTP/1.1\r\nHost: a\r\n\r\n",
      "400 closed"),
    FramingCase(
      "an empty Host",
      "GET / HTTP/1.1\r\nHost:\r\n\r\nGET /next HTTP/1.1\r\nHost: a\r\n\r\n",
      "200 200 open"),
    FramingCase(
      "a Host with a port",
      "GET / HTTP/1.1\r\nHost: a:80\r\n\r\nGET /next HTTP/1.1\r\nHost: a\r\n\r\n",
      "200 200 open"),
    FramingCase(
      "a Host with an empty port",
      "GET / HTTP/1.1\r\nHost: a:\r\n\r\nGET /next HTTP/1.1\r\nHost: a\r\n\r\n",
      "200 200 open"),
    FramingCase(
      "an IPv6 Host",
      "GET / HTTP/1.1\r\nHost: [::1]:9090\r\n\r\nGET /next HTTP/1.1\r\nHost: a\r\n\r\n",
      "200 200 open"),
    FramingCase(
      "an IPv4 Host",
      "GET / HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\nGET /next HTTP/1.1\r\nHost: a\r\n\r\n",
      "200 200 open"),
    FramingCase(
      "Host in lower case",
      "GET / HTTP/1.1\r\nhost: a\r\n\r\nGET /next HTTP/1.1\r\nHost: a\r\n\r\n",
      "200 200 open"),
    FramingCase(
      "an escaped Host",
      "GET / HTTP/1.1\r\nHost: %61\r\n\r\nGET /next HTTP/1.1\r\nHost: a\r\n\r\n",
      "200 200 open"),
    FramingCase(
      "two names in one Host",
      "GET / HTTP/1.1\r\nHost: a b\r\n\r\nGET /next HTTP/1.1\r\nHost: a\r\n\r\n",
      "400 closed"),
    FramingCase(
      "a list in Host",
      "GET / HTTP/1.1\r\nHost: a, b\r\n\r\nGET /next HTTP/1.1\r\nHost: a\r\n\r\n",
      "400 closed"),
    FramingCase(
      "user information in Host",
      "GET / HTTP/1.1\r\nHost: u@a\r\n\r\nGET /next HTTP/1.1\r\nHost: a\r\n\r\n",
      "400 closed"),
    FramingCase(
      "a path in Host",
      "GET / HTTP/1.1\r\nHost: a/b\r\n\r\nGET /next HTTP/1.1\r\nHost: a\r\n\r\n",
      "400 closed"),
    FramingCase(
      "a port that is none",
      "GET / HTTP/1.1\r\nHost: a:b\r\n\r\nGET /next HTTP/1.1\r\nHost: a\r\n\r\n",
      "400 closed"),
    FramingCase(
      "a port beyond the last",
      "GET / HTTP/1.1\r\nHost: a:65536\r\n\r\nGET /next HTTP/1.1\r\nHost: a\r\n\r\n",
      "400 closed"),
    FramingCase(
      "an open bracket in Host",
      "GET / HTTP/1.1\r\nHost: [::1\r\n\r\nGET /next HTTP/1.1\r\nHost: a\r\n\r\n",
      "400 closed"),
    FramingCase(
      "text after the bracket",
      "GET / HTTP/1.1\r\nHost: [::1]a\r\n\r\nGET /next HTTP/1.1\r\nHost: a\r\n\r\n",
      "400 closed"),
    FramingCase(
      "only a port",
      "GET / HTTP/1.1\r\nHost: :80\r\n\r\nGET /next HTTP/1.1\r\nHost: a\r\n\r\n",
      "400 closed"),
    FramingCase(
      "a byte above ASCII in Host",
      "GET / HTTP/1.1\r\nHost: \u{E4}\r\n\r\nGET /next HTTP/1.1\r\nHost: a\r\n\r\n",
      "400 closed"),
    FramingCase(
      "a scheme in Host",
      "GET / HTTP/1.1\r\nHost: http://a\r\n\r\nGET /next HTTP/1.1\r\nHost: a\r\n\r\n",
      "400 closed"),
    FramingCase(
      "a query in Host",
      "GET / HTTP/1.1\r\nHost: a?b\r\n\r\nGET /next HTTP/1.1\r\nHost: a\r\n\r\n",
      "400 closed"),
    FramingCase("HTTP/1.0 without Host", "GET / HTTP/1.0\r\n\r\n", "200 closed"),
    FramingCase("HTTP/1.0 with two Hosts", "GET / HTTP/1.0\r\nHost: a\r\nHost: b\r\n\r\n", "400 closed"),
    FramingCase(
      "Connection: close",
      "GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\nGET /next HTTP/1.1\r\n"
        + "Host: a\r\n\r\n",
      "200 closed"),
    FramingCase(
      "Connection: Close",
      "GET / HTTP/1.1\r\nHost: a\r\nConnection: Close\r\n\r\nGET /next HTTP/1.1\r\n"
        + "Host: a\r\n\r\n",
      "200 closed"),
    FramingCase(
      "close in a list",
      "GET / HTTP/1.1\r\nHost: a\r\nConnection: x, close , y\r\n\r\nGET /next HTTP/1.1\r\n"
        + "Host: a\r\n\r\n",
      "200 closed"),
    FramingCase(
      "close in a second field",
      "GET / HTTP/1.1\r\nHost: a\r\nConnection: keep-alive\r\nConnection: close\r\n\r\n"
        + "GET /next HTTP/1.1\r\nHost: a\r\n\r\n",
      "200 closed"),
    FramingCase(
      "Connection: closed",
      "GET / HTTP/1.1\r\nHost: a\r\nConnection: closed\r\n\r\nGET /next HTTP/1.1\r\n"
        + "Host: a\r\n\r\n",
      "200 200 open"),
    FramingCase(
      "Connection: keep-alive",
      "GET / HTTP/1.1\r\nHost: a\r\nConnection: keep-alive\r\n\r\nGET /next HTTP/1.1\r\n"
        + "Host: a\r\n\r\n",
      "200 200 open"),
    FramingCase(
      "an empty Connection",
      "GET / HTTP/1.1\r\nHost: a\r\nConnection:\r\n\r\nGET /next HTTP/1.1\r\nHost: a\r\n\r\n",
      "200 200 open"),
    FramingCase(
      "Connection: upgrade",
      "GET / HTTP/1.1\r\nHost: a\r\nConnection: Upgrade\r\nUpgrade: h2c\r\n\r\n"
        + "GET /next HTTP/1.1\r\nHost: a\r\n\r\n",
      "200 200 open"),
    FramingCase(
      "keep-alive on 1.0",
      "GET / HTTP/1.0\r\nHost: a\r\nConnection: Keep-Alive\r\n\r\nGET /next HTTP/1.1\r\n"
        + "Host: a\r\n\r\n",
      "200 200 open"),
    FramingCase(
      "keep-alive and close on 1.0",
      "GET / HTTP/1.0\r\nHost: a\r\nConnection: keep-alive, close\r\n\r\n"
        + "GET /next HTTP/1.1\r\nHost: a\r\n\r\n",
      "200 closed"),
  ]
}
