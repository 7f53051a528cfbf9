// Which chunked bodies are accepted, and where are the limits?

import EndpointMessages
@testable import ObservabilityHTTP

extension FramingCase {
  /// The table of chunked bodies.
  static let chunks: [FramingCase] = [
    FramingCase(
      "no chunk",
      "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n"
        + "GET /next HTTP/1.1\r\nHost: a\r\n\r\n",
      "200 200 open"),
    FramingCase(
      "one chunk",
      "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n4\r\nbody\r\n0\r\n\r\n"
        + "GET /next HTTP/1.1\r\nHost: a\r\n\r\n",
      "200 200 open"),
    FramingCase(
      "two chunks",
      "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n4\r\nbody\r\n1\r\n"
        + "!\r\n0\r\n\r\nGET /next HTTP/1.1\r\nHost: a\r\n\r\n",
      "200 200 open"),
    FramingCase(
      "a size in either case",
      "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\na\r\n0123456789\r\n"
        + "A\r\n0123456789\r\n0\r\n\r\nGET /next HTTP/1.1\r\nHost: a\r\n\r\n",
      "200 200 open"),
    FramingCase(
      "leading zeros",
      "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n0004\r\nbody\r\n"
        + "000\r\n\r\nGET /next HTTP/1.1\r\nHost: a\r\n\r\n",
      "200 200 open"),
    FramingCase(
      "an extension",
      "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n4;a=b\r\nbody\r\n"
        + "0;c\r\n\r\nGET /next HTTP/1.1\r\nHost: a\r\n\r\n",
      "200 200 open"),
    FramingCase(
      "a quoted extension",
      "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n4;a=\"b;c\"\r\n"
        + "body\r\n0\r\n\r\nGET /next HTTP/1.1\r\nHost: a\r\n\r\n",
      "200 200 open"),
    FramingCase(
      "a blank before an extension",
      "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n4 ;a\r\nbody\r\n0\r\n"
        + "\r\nGET /next HTTP/1.1\r\nHost: a\r\n\r\n",
      "200 200 open"),
    FramingCase(
      "a trailer",
      "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n0\r\nX: y\r\n\r\n"
        + "GET /next HTTP/1.1\r\nHost: a\r\n\r\n",
      "200 200 open"),
    FramingCase(
      "two trailers",
      "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n0\r\nX: y\r\nZ:\r\n"
        + "\r\nGET /next HTTP/1.1\r\nHost: a\r\n\r\n",
      "200 200 open"),
    FramingCase(
      "a trailer that would change the framing",
      "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n"
        + "Content-Length: 5\r\nTransfer-Encoding: gzip\r\n\r\nGET /next HTTP/1.1\r\nHost: a\r\n"
        + "\r\n",
      "200 200 open"),
    FramingCase(
      "data that looks like a chunk",
      "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n5\r\n0\r\n\r\n\r\n"
        + "0\r\n\r\nGET /next HTTP/1.1\r\nHost: a\r\n\r\n",
      "200 200 open"),
    FramingCase(
      "no size",
      "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n\r\nbody\r\n0\r\n\r\n"
        + "GET /next HTTP/1.1\r\nHost: a\r\n\r\n",
      "400 closed"),
    FramingCase(
      "a size that is none",
      "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\nx\r\nbody\r\n0\r\n\r\n"
        + "GET /next HTTP/1.1\r\nHost: a\r\n\r\n",
      "400 closed"),
    FramingCase(
      "a negative size",
      "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n-4\r\nbody\r\n0\r\n"
        + "\r\nGET /next HTTP/1.1\r\nHost: a\r\n\r\n",
      "400 closed"),
    FramingCase(
      "a signed size",
      "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n+4\r\nbody\r\n0\r\n"
        + "\r\nGET /next HTTP/1.1\r\nHost: a\r\n\r\n",
      "400 closed"),
    FramingCase(
      "a size with 0x",
      "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n0x4\r\nbody\r\n0\r\n"
        + "\r\nGET /next HTTP/1.1\r\nHost: a\r\n\r\n",
      "400 closed"),
    FramingCase(
      "a blank before the size",
      "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n 4\r\nbody\r\n0\r\n"
        + "\r\nGET /next HTTP/1.1\r\nHost: a\r\n\r\n",
      "400 closed"),
    FramingCase(
      "a blank after the size",
      "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n4 \r\nbody\r\n0\r\n"
        + "\r\nGET /next HTTP/1.1\r\nHost: a\r\n\r\n",
      "400 closed"),
    FramingCase(
      "two sizes",
      "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n4 4\r\nbody\r\n0\r\n"
        + "\r\nGET /next HTTP/1.1\r\nHost: a\r\n\r\n",
      "400 closed"),
    FramingCase(
      "a comma",
      "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n4,4\r\nbody\r\n0\r\n"
        + "\r\nGET /next HTTP/1.1\r\nHost: a\r\n\r\n",
      "400 closed"),
    FramingCase(
      "an underscore",
      "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n1_0\r\n"
        + "GET /next HTTP/1.1\r\nHost: a\r\n\r\n",
      "400 closed"),
    FramingCase(
      "a size ending in a bare LF",
      "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n4\nbody\r\n0\r\n\r\n"
        + "GET /next HTTP/1.1\r\nHost: a\r\n\r\n",
      "400 closed"),
    FramingCase(
      "data ending in a bare LF",
      "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n4\r\nbody\n0\r\n\r\n"
        + "GET /next HTTP/1.1\r\nHost: a\r\n\r\n",
      "400 closed"),
    FramingCase(
      "data ending in a bare CR",
      "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n4\r\nbody\r0\r\n\r\n"
        + "GET /next HTTP/1.1\r\nHost: a\r\n\r\n",
      "400 closed"),
    FramingCase(
      "a bare CR in the size",
      "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n4\rbody\r\n0\r\n\r\n"
        + "GET /next HTTP/1.1\r\nHost: a\r\n\r\n",
      "400 closed"),
    FramingCase(
      "data longer than its size",
      "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nbody\r\n0\r\n\r\n"
        + "GET /next HTTP/1.1\r\nHost: a\r\n\r\n",
      "400 closed"),
    FramingCase(
      "data shorter than its size",
      "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nbody\r\n0\r\n\r\n"
        + "GET /next HTTP/1.1\r\nHost: a\r\n\r\n",
      "400 closed"),
    FramingCase(
      "a bare LF in an extension",
      "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n4;a\nb\r\nbody\r\n"
        + "0\r\n\r\nGET /next HTTP/1.1\r\nHost: a\r\n\r\n",
      "400 closed"),
    FramingCase(
      "a NUL in an extension",
      "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n4;a\u{0}\r\nbody\r\n"
        + "0\r\n\r\nGET /next HTTP/1.1\r\nHost: a\r\n\r\n",
      "400 closed"),
    FramingCase(
      "a control byte in an extension",
      "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n4;\u{1}\r\nbody\r\n"
        + "0\r\n\r\nGET /next HTTP/1.1\r\nHost: a\r\n\r\n",
      "400 closed"),
    FramingCase(
      "an extension without end",
      "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n"
        + "4;aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
        + "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
        + "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
        + "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
        + "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa\r\nbody\r\n0\r\n\r\n"
        + "GET /next HTTP/1.1\r\nHost: a\r\n\r\n",
      "400 closed"),
    FramingCase(
      "a size beyond the limit",
      "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n10001\r\n"
        + "GET /next HTTP/1.1\r\nHost: a\r\n\r\n",
      "413 closed"),
    FramingCase(
      "a size of 2^64",
      "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n10000000000000000\r\n"
        + "GET /next HTTP/1.1\r\nHost: a\r\n\r\n",
      "413 closed"),
    FramingCase(
      "a size that would wrap to 4",
      "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n10000000000000004\r\n"
        + "body\r\n0\r\n\r\nGET /next HTTP/1.1\r\nHost: a\r\n\r\n",
      "413 closed"),
    FramingCase(
      "a size of many digits",
      "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n"
        + "ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff"
        + "ffffffffffffffffffffffffffffffffffffffff\r\nGET /next HTTP/1.1\r\nHost: a\r\n\r\n",
      "413 closed"),
    FramingCase(
      "a folded trailer",
      "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n0\r\nX: y\r\n z\r\n"
        + "\r\nGET /next HTTP/1.1\r\nHost: a\r\n\r\n",
      "400 closed"),
    FramingCase(
      "a trailer without a colon",
      "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n0\r\nX\r\n\r\n"
        + "GET /next HTTP/1.1\r\nHost: a\r\n\r\n",
      "400 closed"),
    FramingCase(
      "a trailer with a bare LF",
      "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n0\r\nX: y\n\r\n"
        + "GET /next HTTP/1.1\r\nHost: a\r\n\r\n",
      "400 closed"),
    FramingCase(
      "the end with a bare LF",
      "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n"
        + "\nGET /next HTTP/1.1\r\nHost: a\r\n\r\n",
      "400 closed"),
    FramingCase(
      "a NUL in a trailer",
      "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n0\r\nX: \u{0}\r\n\r\n"
        + "GET /next HTTP/1.1\r\nHost: a\r\n\r\n",
      "400 closed"),
    FramingCase(
      "a blank before a trailer's colon",
      "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n0\r\nX : y\r\n\r\n"
        + "GET /next HTTP/1.1\r\nHost: a\r\n\r\n",
      "400 closed"),
    FramingCase(
      "an unfinished chunk",
      "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n4\r\nbo",
      "- open"),
    FramingCase(
      "chunks without an end",
      "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n1\r\na\r\n1\r\na\r\n"
        + "1\r\na\r\n1\r\na\r\n1\r\na\r\n1\r\na\r\n1\r\na\r\n1\r\na\r\n1\r\na\r\n1\r\na\r\n",
      "- open"),
  ]

  /// The table of limits.
  static let limits: [FramingCase] = [
    FramingCase(
      "a request line as long as may be",
      "GET /aaaaaaaaaaaaaaaaaaaaaaaaaa HTTP/1.1\r\nHost: a\r\n\r\nGET /next HTTP/1.1\r\n"
        + "Host: a\r\n\r\n",
      "200 200 open", limits: .small),
    FramingCase(
      "a request line one byte too long",
      "GET /aaaaaaaaaaaaaaaaaaaaaaaaaaa HTTP/1.1\r\nHost: a\r\n\r\nGET /next HTTP/1.1\r\n"
        + "Host: a\r\n\r\n",
      "414 closed", limits: .small),
    FramingCase(
      "a request line without an end",
      "GET /aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa",
      "414 closed", limits: .small),
    FramingCase(
      "a method without an end",
      "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA",
      "414 closed", limits: .small),
    FramingCase(
      "a line too long is too long whatever is in it",
      "GET \u{0}aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa HTTP/1.1\r\n",
      "414 closed", limits: .small),
    FramingCase(
      "a line too long in a bare LF",
      "GET /aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa\n",
      "414 closed", limits: .small),
    FramingCase(
      "header fields as large as may be",
      "GET / HTTP/1.1\r\nHost: a\r\n"
        + "X: bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb\r\n\r\n"
        + "GET /next HTTP/1.1\r\nHost: a\r\n\r\n",
      "200 200 open", limits: .small),
    FramingCase(
      "header fields too large",
      "GET / HTTP/1.1\r\nHost: a\r\n"
        + "X: bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb\r\n\r\n",
      "431 closed", limits: .small),
    FramingCase(
      "header fields without an end",
      "GET / HTTP/1.1\r\n"
        + "X: bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb"
        + "bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb",
      "431 closed", limits: .small),
    FramingCase(
      "fields as many as may be",
      "GET / HTTP/1.1\r\nHost: a\r\nX:y\r\nX:y\r\nX:y\r\n\r\nGET /next HTTP/1.1\r\n"
        + "Host: a\r\n\r\n",
      "200 200 open", limits: .small),
    FramingCase(
      "one field too many",
      "GET / HTTP/1.1\r\nHost: a\r\nX:y\r\nX:y\r\nX:y\r\nX:y\r\n\r\n",
      "431 closed", limits: .small),
    FramingCase(
      "a body as large as may be",
      "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 10\r\n\r\n"
        + "0123456789GET /next HTTP/1.1\r\nHost: a\r\n\r\n",
      "200 200 open", limits: .small),
    FramingCase(
      "a body one byte too large",
      "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 11\r\n\r\n01234567890",
      "413 closed", limits: .small),
    FramingCase(
      "chunks as large as may be",
      "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n5\r\n01234\r\n5\r\n"
        + "56789\r\n0\r\n\r\nGET /next HTTP/1.1\r\nHost: a\r\n\r\n",
      "200 200 open", limits: .small),
    FramingCase(
      "chunks together too large",
      "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n5\r\n01234\r\n6\r\n"
        + "567890\r\n0\r\n\r\n",
      "413 closed", limits: .small),
    FramingCase(
      "trailers too large",
      "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n"
        + "X: yyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyy"
        + "yyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyy",
      "431 closed", limits: .small),
    FramingCase(
      "too many trailers",
      "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n0\r\nX:y\r\nX:y\r\n"
        + "X:y\r\nX:y\r\nX:y\r\n\r\n",
      "431 closed", limits: .small),
  ]
}
