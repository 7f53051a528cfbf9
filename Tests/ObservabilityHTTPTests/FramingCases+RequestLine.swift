// Which request lines are accepted, and what is answered to the others?

import EndpointMessages
@testable import ObservabilityHTTP

extension FramingCase {
  /// The table of request lines.
  static let requestLine: [FramingCase] = [
    FramingCase(
      "a plain request and one behind it",
      "GET / HTTP/1.1\r\nHost: a\r\n\r\nGET /next HTTP/1.1\r\nHost: a\r\n\r\n",
      "200 200 open"),
    FramingCase(
      "version `HTTP/1.0`",
      "GET / HTTP/1.0\r\nHost: a\r\n\r\nGET /next HTTP/1.1\r\nHost: a\r\n\r\n",
      "200 closed"),
    FramingCase(
      "version `HTTP/1.1`",
      "GET / HTTP/1.1\r\nHost: a\r\n\r\nGET /next HTTP/1.1\r\nHost: a\r\n\r\n",
      "200 200 open"),
    FramingCase(
      "version `HTTP/1.2`",
      "GET / HTTP/1.2\r\nHost: a\r\n\r\nGET /next HTTP/1.1\r\nHost: a\r\n\r\n",
      "200 200 open"),
    FramingCase(
      "version `HTTP/1.9`",
      "GET / HTTP/1.9\r\nHost: a\r\n\r\nGET /next HTTP/1.1\r\nHost: a\r\n\r\n",
      "200 200 open"),
    FramingCase(
      "version `HTTP/2.0`",
      "GET / HTTP/2.0\r\nHost: a\r\n\r\nGET /next HTTP/1.1\r\nHost: a\r\n\r\n",
      "505 closed"),
    FramingCase(
      "version `HTTP/3.0`",
      "GET / HTTP/3.0\r\nHost: a\r\n\r\nGET /next HTTP/1.1\r\nHost: a\r\n\r\n",
      "505 closed"),
    FramingCase(
      "version `HTTP/0.9`",
      "GET / HTTP/0.9\r\nHost: a\r\n\r\nGET /next HTTP/1.1\r\nHost: a\r\n\r\n",
      "505 closed"),
    FramingCase(
      "version `HTTP/9.9`",
      "GET / HTTP/9.9\r\nHost: a\r\n\r\nGET /next HTTP/1.1\r\nHost: a\r\n\r\n",
      "505 closed"),
    FramingCase(
      "version `HTTP/1.10`",
      "GET / HTTP/1.10\r\nHost: a\r\n\r\nGET /next HTTP/1.1\r\nHost: a\r\n\r\n",
      "400 closed"),
    FramingCase(
      "version `HTTP/11.1`",
      "GET / HTTP/11.1\r\nHost: a\r\n\r\nGET /next HTTP/1.1\r\nHost: a\r\n\r\n",
      "400 closed"),
    FramingCase(
      "version `HTTP/1`",
      "GET / HTTP/1\r\nHost: a\r\n\r\nGET /next HTTP/1.1\r\nHost: a\r\n\r\n",
      "400 closed"),
    FramingCase(
      "version `HTTP/1.`",
      "GET / HTTP/1.\r\nHost: a\r\n\r\nGET /next HTTP/1.1\r\nHost: a\r\n\r\n",
      "400 closed"),
    FramingCase(
      "version `HTTP/.1`",
      "GET / HTTP/.1\r\nHost: a\r\n\r\nGET /next HTTP/1.1\r\nHost: a\r\n\r\n",
      "400 closed"),
    FramingCase(
      "version `HTTP/ 1.1`",
      "GET / HTTP/ 1.1\r\nHost: a\r\n\r\nGET /next HTTP/1.1\r\nHost: a\r\n\r\n",
      "400 closed"),
    FramingCase(
      "version `http/1.1`",
      "GET / http/1.1\r\nHost: a\r\n\r\nGET /next HTTP/1.1\r\nHost: a\r\n\r\n",
      "400 closed"),
    FramingCase(
      "version `HTTPS/1.1`",
      "GET / HTTPS/1.1\r\nHost: a\r\n\r\nGET /next HTTP/1.1\r\nHost: a\r\n\r\n",
      "400 closed"),
    FramingCase(
      "version `HTTP/1.1 `",
      "GET / HTTP/1.1 \r\nHost: a\r\n\r\nGET /next HTTP/1.1\r\nHost: a\r\n\r\n",
      "400 closed"),
    FramingCase(
      "version `HTTP/1,1`",
      "GET / HTTP/1,1\r\nHost: a\r\n\r\nGET /next HTTP/1.1\r\nHost: a\r\n\r\n",
      "400 closed"),
    FramingCase(
      "version `HTTP/-1.1`",
      "GET / HTTP/-1.1\r\nHost: a\r\n\r\nGET /next HTTP/1.1\r\nHost: a\r\n\r\n",
      "400 closed"),
    FramingCase(
      "version `HTTP/1.x`",
      "GET / HTTP/1.x\r\nHost: a\r\n\r\nGET /next HTTP/1.1\r\nHost: a\r\n\r\n",
      "400 closed"),
    FramingCase(
      "version `ICY/1.1`",
      "GET / ICY/1.1\r\nHost: a\r\n\r\nGET /next HTTP/1.1\r\nHost: a\r\n\r\n",
      "400 closed"),
    FramingCase(
      "version ``",
      "GET / \r\nHost: a\r\n\r\nGET /next HTTP/1.1\r\nHost: a\r\n\r\n",
      "400 closed"),
    FramingCase(
      "method `HEAD`",
      "HEAD / HTTP/1.1\r\nHost: a\r\n\r\nGET /next HTTP/1.1\r\nHost: a\r\n\r\n",
      "200 200 open"),
    FramingCase(
      "method `POST`",
      "POST / HTTP/1.1\r\nHost: a\r\n\r\nGET /next HTTP/1.1\r\nHost: a\r\n\r\n",
      "200 200 open"),
    FramingCase(
      "method `PUT`",
      "PUT / HTTP/1.1\r\nHost: a\r\n\r\nGET /next HTTP/1.1\r\nHost: a\r\n\r\n",
      "200 200 open"),
    FramingCase(
      "method `DELETE`",
      "DELETE / HTTP/1.1\r\nHost: a\r\n\r\nGET /next HTTP/1.1\r\nHost: a\r\n\r\n",
      "200 200 open"),
    FramingCase(
      "method `OPTIONS`",
      "OPTIONS / HTTP/1.1\r\nHost: a\r\n\r\nGET /next HTTP/1.1\r\nHost: a\r\n\r\n",
      "200 200 open"),
    FramingCase(
      "method `TRACE`",
      "TRACE / HTTP/1.1\r\nHost: a\r\n\r\nGET /next HTTP/1.1\r\nHost: a\r\n\r\n",
      "200 200 open"),
    FramingCase(
      "method `PATCH`",
      "PATCH / HTTP/1.1\r\nHost: a\r\n\r\nGET /next HTTP/1.1\r\nHost: a\r\n\r\n",
      "200 200 open"),
    FramingCase(
      "method `CONNECT`",
      "CONNECT / HTTP/1.1\r\nHost: a\r\n\r\nGET /next HTTP/1.1\r\nHost: a\r\n\r\n",
      "200 200 open"),
    FramingCase(
      "method `get`",
      "get / HTTP/1.1\r\nHost: a\r\n\r\nGET /next HTTP/1.1\r\nHost: a\r\n\r\n",
      "501 200 open"),
    FramingCase(
      "method `Get`",
      "Get / HTTP/1.1\r\nHost: a\r\n\r\nGET /next HTTP/1.1\r\nHost: a\r\n\r\n",
      "501 200 open"),
    FramingCase(
      "method `BREW`",
      "BREW / HTTP/1.1\r\nHost: a\r\n\r\nGET /next HTTP/1.1\r\nHost: a\r\n\r\n",
      "501 200 open"),
    FramingCase(
      "method `M-SEARCH`",
      "M-SEARCH / HTTP/1.1\r\nHost: a\r\n\r\nGET /next HTTP/1.1\r\nHost: a\r\n\r\n",
      "501 200 open"),
    FramingCase(
      "method `XXXXXXXXXXXXXXXXXXXX`",
      "XXXXXXXXXXXXXXXXXXXX / HTTP/1.1\r\nHost: a\r\n\r\nGET /next HTTP/1.1\r\nHost: a\r\n"
        + "\r\n",
      "501 200 open"),
    FramingCase(
      "method \"!#$%&`*+-.^_`|~\"",
      "!#$%&'*+-.^_`|~ / HTTP/1.1\r\nHost: a\r\n\r\nGET /next HTTP/1.1\r\nHost: a\r\n\r\n",
      "501 200 open"),
    FramingCase(
      "method `GET/`",
      "GET/ / HTTP/1.1\r\nHost: a\r\n\r\nGET /next HTTP/1.1\r\nHost: a\r\n\r\n",
      "400 closed"),
    FramingCase(
      "method `G(T`",
      "G(T / HTTP/1.1\r\nHost: a\r\n\r\nGET /next HTTP/1.1\r\nHost: a\r\n\r\n",
      "400 closed"),
    FramingCase(
      "method `GET\\t`",
      "GET\t / HTTP/1.1\r\nHost: a\r\n\r\nGET /next HTTP/1.1\r\nHost: a\r\n\r\n",
      "400 closed"),
    FramingCase(
      "method `G\\x00T`",
      "G\u{0}T / HTTP/1.1\r\nHost: a\r\n\r\nGET /next HTTP/1.1\r\nHost: a\r\n\r\n",
      "400 closed"),
    FramingCase(
      "method `G\u{C9}T`",
      "G\u{C9}T / HTTP/1.1\r\nHost: a\r\n\r\nGET /next HTTP/1.1\r\nHost: a\r\n\r\n",
      "400 closed"),
    FramingCase(
      "method `\u{C9}`",
      "\u{C9} / HTTP/1.1\r\nHost: a\r\n\r\nGET /next HTTP/1.1\r\nHost: a\r\n\r\n",
      "400 closed"),
    FramingCase(
      "method `{}`",
      "{} / HTTP/1.1\r\nHost: a\r\n\r\nGET /next HTTP/1.1\r\nHost: a\r\n\r\n",
      "400 closed"),
    FramingCase(
      "method `\"GET\"`",
      "\"GET\" / HTTP/1.1\r\nHost: a\r\n\r\nGET /next HTTP/1.1\r\nHost: a\r\n\r\n",
      "400 closed"),
    FramingCase(
      "method ``",
      " / HTTP/1.1\r\nHost: a\r\n\r\nGET /next HTTP/1.1\r\nHost: a\r\n\r\n",
      "400 closed"),
    FramingCase("no version, as in HTTP/0.9", "GET /\r\nHost: a\r\n\r\n", "400 closed"),
    FramingCase("only a method", "GET\r\n\r\n", "400 closed"),
    FramingCase("a method and a space", "GET \r\n\r\n", "400 closed"),
    FramingCase("two spaces before the target", "GET  / HTTP/1.1\r\nHost: a\r\n\r\n", "400 closed"),
    FramingCase("two spaces before the version", "GET /  HTTP/1.1\r\nHost: a\r\n\r\n", "400 closed"),
    FramingCase("a tab for a space", "GET\t/\tHTTP/1.1\r\nHost: a\r\n\r\n", "400 closed"),
    FramingCase("a space in front", " GET / HTTP/1.1\r\nHost: a\r\n\r\n", "400 closed"),
    FramingCase("a fourth part", "GET / x HTTP/1.1\r\nHost: a\r\n\r\n", "400 closed"),
    FramingCase(
      "an empty line in front",
      "\r\nGET / HTTP/1.1\r\nHost: a\r\n\r\nGET /next HTTP/1.1\r\nHost: a\r\n\r\n",
      "200 200 open"),
    FramingCase(
      "an empty line between requests",
      "GET / HTTP/1.1\r\nHost: a\r\n\r\n\r\nGET /next HTTP/1.1\r\nHost: a\r\n\r\n",
      "200 200 open"),
    FramingCase("two empty lines in front", "\r\n\r\nGET / HTTP/1.1\r\nHost: a\r\n\r\n", "400 closed"),
    FramingCase("an empty line alone", "\r\n", "- open"),
    FramingCase("a bare LF in front", "\nGET / HTTP/1.1\r\nHost: a\r\n\r\n", "400 closed"),
    FramingCase("a bare CR in front", "\rGET / HTTP/1.1\r\nHost: a\r\n\r\n", "400 closed"),
    FramingCase("the line ends in a bare LF", "GET / HTTP/1.1\nHost: a\r\n\r\n", "400 closed"),
    FramingCase("the line ends in a bare CR", "GET / HTTP/1.1\rHost: a\r\n\r\n", "400 closed"),
    FramingCase("the line ends in CR CR LF", "GET / HTTP/1.1\r\r\nHost: a\r\n\r\n", "400 closed"),
    FramingCase("bare LF throughout", "GET / HTTP/1.1\nHost: a\n\n", "400 closed"),
    FramingCase("a TLS handshake", "\u{16}\u{3}\u{1}\u{2}\u{0}\u{1}\u{0}", "400 closed"),
    FramingCase("an SSH banner", "SSH-2.0-OpenSSH_9.2\r\n", "400 closed"),
    FramingCase("an SMTP greeting", "EHLO example.org\r\n", "400 closed"),
    FramingCase("a lone NUL", "\u{0}", "400 closed"),
    FramingCase("binary junk", "\u{FF}\u{FE}\u{0}\u{1}\r\n\r\n", "400 closed"),
    FramingCase("HTTP/2 preface", "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", "505 closed"),
    FramingCase("a response", "HTTP/1.1 200 OK\r\n\r\n", "400 closed"),
    FramingCase("half a request line", "GET /li", "- open"),
    FramingCase("a head without its end", "GET / HTTP/1.1\r\nHost: a\r\n", "- open"),
    FramingCase("a DEL in the line", "GET /\u{7F} HTTP/1.1\r\nHost: a\r\n\r\n", "400 closed"),
    FramingCase("a NUL in the target", "GET /\u{0} HTTP/1.1\r\nHost: a\r\n\r\n", "400 closed"),
    FramingCase("a vertical tab for a space", "GET\u{B}/ HTTP/1.1\r\nHost: a\r\n\r\n", "400 closed"),
    FramingCase("the PROXY protocol", "PROXY TCP4 1.2.3.4 1.2.3.4 1 2\r\n", "400 closed"),
  ]
}
