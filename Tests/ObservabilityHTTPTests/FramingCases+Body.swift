// Which announcements of a body are accepted, and what is answered to the others?

import EndpointMessages
@testable import ObservabilityHTTP

extension FramingCase {
  /// The table of lengths, codings and expectations.
  static let body: [FramingCase] = [
    FramingCase(
      "a body of its length",
      "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 4\r\n\r\nbodyGET /next HTTP/1.1\r\n"
        + "Host: a\r\n\r\n",
      "200 200 open"),
    FramingCase(
      "length zero",
      "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 0\r\n\r\nGET /next HTTP/1.1\r\n"
        + "Host: a\r\n\r\n",
      "200 200 open"),
    FramingCase(
      "a length with leading zeros",
      "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 0004\r\n\r\nbodyGET /next HTTP/1.1\r\n"
        + "Host: a\r\n\r\n",
      "200 200 open"),
    FramingCase(
      "a body that looks like a request",
      "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 31\r\n\r\nGET /next HTTP/1.1\r\n"
        + "Host: a\r\n\r\nGET /next HTTP/1.1\r\nHost: a\r\n\r\n",
      "200 200 open"),
    FramingCase(
      "a signed length",
      "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: +4\r\n\r\nbodyGET /next HTTP/1.1\r\n"
        + "Host: a\r\n\r\n",
      "400 closed"),
    FramingCase(
      "a negative length",
      "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: -4\r\n\r\nbodyGET /next HTTP/1.1\r\n"
        + "Host: a\r\n\r\n",
      "400 closed"),
    FramingCase(
      "an empty length",
      "POST / HTTP/1.1\r\nHost: a\r\nContent-Length:\r\n\r\nbodyGET /next HTTP/1.1\r\n"
        + "Host: a\r\n\r\n",
      "400 closed"),
    FramingCase(
      "a length in hexadecimal",
      "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 0x4\r\n\r\nbodyGET /next HTTP/1.1\r\n"
        + "Host: a\r\n\r\n",
      "400 closed"),
    FramingCase(
      "a fraction",
      "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 4.0\r\n\r\nbodyGET /next HTTP/1.1\r\n"
        + "Host: a\r\n\r\n",
      "400 closed"),
    FramingCase(
      "a list of lengths",
      "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 4, 4\r\n\r\nbodyGET /next HTTP/1.1\r\n"
        + "Host: a\r\n\r\n",
      "400 closed"),
    FramingCase(
      "a blank in a length",
      "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 1 2\r\n\r\nbodyGET /next HTTP/1.1\r\n"
        + "Host: a\r\n\r\n",
      "400 closed"),
    FramingCase(
      "a length with an exponent",
      "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 4e0\r\n\r\nbodyGET /next HTTP/1.1\r\n"
        + "Host: a\r\n\r\n",
      "400 closed"),
    FramingCase(
      "a length in another script",
      "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: \u{B2}\r\n\r\nbodyGET /next HTTP/1.1\r\n"
        + "Host: a\r\n\r\n",
      "400 closed"),
    FramingCase(
      "a length with an underscore",
      "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 1_0\r\n\r\nbodyGET /next HTTP/1.1\r\n"
        + "Host: a\r\n\r\n",
      "400 closed"),
    FramingCase(
      "a word for a length",
      "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: four\r\n\r\nbodyGET /next HTTP/1.1\r\n"
        + "Host: a\r\n\r\n",
      "400 closed"),
    FramingCase(
      "the same length twice",
      "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 4\r\nContent-Length: 4\r\n\r\n"
        + "bodyGET /next HTTP/1.1\r\nHost: a\r\n\r\n",
      "400 closed"),
    FramingCase(
      "two lengths",
      "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 4\r\nContent-Length: 5\r\n\r\n"
        + "bodyGET /next HTTP/1.1\r\nHost: a\r\n\r\n",
      "400 closed"),
    FramingCase(
      "a length beyond the limit",
      "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 65537\r\n\r\nGET /next HTTP/1.1\r\n"
        + "Host: a\r\n\r\n",
      "413 closed"),
    FramingCase(
      "a length beyond 64 bits",
      "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 99999999999999999999\r\n\r\n"
        + "GET /next HTTP/1.1\r\nHost: a\r\n\r\n",
      "413 closed"),
    FramingCase(
      "a length of 2^63-1",
      "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 9223372036854775807\r\n\r\n"
        + "GET /next HTTP/1.1\r\nHost: a\r\n\r\n",
      "413 closed"),
    FramingCase(
      "a length of 2^64",
      "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 18446744073709551616\r\n\r\n"
        + "GET /next HTTP/1.1\r\nHost: a\r\n\r\n",
      "413 closed"),
    FramingCase(
      "length and chunked",
      "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\n"
        + "0\r\n\r\nGET /next HTTP/1.1\r\nHost: a\r\n\r\n",
      "400 closed"),
    FramingCase(
      "chunked and length",
      "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\nContent-Length: 4\r\n\r\n"
        + "0\r\n\r\nGET /next HTTP/1.1\r\nHost: a\r\n\r\n",
      "400 closed"),
    FramingCase(
      "length and identity",
      "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 4\r\nTransfer-Encoding: identity\r\n\r\n"
        + "bodyGET /next HTTP/1.1\r\nHost: a\r\n\r\n",
      "400 closed"),
    FramingCase(
      "gzip",
      "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: gzip\r\n\r\nGET /next HTTP/1.1\r\n"
        + "Host: a\r\n\r\n",
      "501 closed"),
    FramingCase(
      "identity",
      "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: identity\r\n\r\n"
        + "GET /next HTTP/1.1\r\nHost: a\r\n\r\n",
      "501 closed"),
    FramingCase(
      "gzip, chunked",
      "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n"
        + "GET /next HTTP/1.1\r\nHost: a\r\n\r\n",
      "501 closed"),
    FramingCase(
      "gzip and chunked in two fields",
      "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: gzip\r\n"
        + "Transfer-Encoding: chunked\r\n\r\n0\r\n\r\nGET /next HTTP/1.1\r\nHost: a\r\n\r\n",
      "501 closed"),
    FramingCase(
      "chunked, gzip",
      "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked, gzip\r\n\r\n"
        + "GET /next HTTP/1.1\r\nHost: a\r\n\r\n",
      "400 closed"),
    FramingCase(
      "chunked twice",
      "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked, chunked\r\n\r\n0\r\n\r\n"
        + "GET /next HTTP/1.1\r\nHost: a\r\n\r\n",
      "400 closed"),
    FramingCase(
      "chunked in two fields",
      "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n"
        + "Transfer-Encoding: chunked\r\n\r\n0\r\n\r\nGET /next HTTP/1.1\r\nHost: a\r\n\r\n",
      "400 closed"),
    FramingCase(
      "an empty coding",
      "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding:\r\n\r\nGET /next HTTP/1.1\r\n"
        + "Host: a\r\n\r\n",
      "400 closed"),
    FramingCase(
      "xchunked",
      "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: xchunked\r\n\r\n0\r\n\r\n"
        + "GET /next HTTP/1.1\r\nHost: a\r\n\r\n",
      "501 closed"),
    FramingCase(
      "quoted chunked",
      "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: \"chunked\"\r\n\r\n0\r\n\r\n"
        + "GET /next HTTP/1.1\r\nHost: a\r\n\r\n",
      "501 closed"),
    FramingCase(
      "chunked with a parameter",
      "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked;q=1\r\n\r\n0\r\n\r\n"
        + "GET /next HTTP/1.1\r\nHost: a\r\n\r\n",
      "501 closed"),
    FramingCase(
      "CHUNKED",
      "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: CHUNKED\r\n\r\n0\r\n\r\n"
        + "GET /next HTTP/1.1\r\nHost: a\r\n\r\n",
      "200 200 open"),
    FramingCase(
      "a comma before chunked",
      "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: ,chunked\r\n\r\n0\r\n\r\n"
        + "GET /next HTTP/1.1\r\nHost: a\r\n\r\n",
      "200 200 open"),
    FramingCase(
      "chunked, with a vertical tab",
      "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: \u{B}chunked\r\n\r\n0\r\n\r\n"
        + "GET /next HTTP/1.1\r\nHost: a\r\n\r\n",
      "400 closed"),
    FramingCase(
      "an unfinished body",
      "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 40\r\n\r\nbody",
      "- open"),
    FramingCase(
      "a body on GET",
      "GET / HTTP/1.1\r\nHost: a\r\nContent-Length: 4\r\n\r\nbodyGET /next HTTP/1.1\r\n"
        + "Host: a\r\n\r\n",
      "200 200 open"),
    FramingCase(
      "a body on an unknown method",
      "BREW / HTTP/1.1\r\nHost: a\r\nContent-Length: 4\r\n\r\nbodyGET /next HTTP/1.1\r\n"
        + "Host: a\r\n\r\n",
      "501 200 open"),
    FramingCase(
      "chunked on HTTP/1.0",
      "POST / HTTP/1.0\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
      "400 closed"),
    FramingCase(
      "a body on HTTP/1.0",
      "POST / HTTP/1.0\r\nHost: a\r\nContent-Length: 4\r\n\r\nbody",
      "200 closed"),
    FramingCase(
      "Expect: 100-continue with a body",
      "POST / HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\nContent-Length: 4\r\n\r\n"
        + "bodyGET /next HTTP/1.1\r\nHost: a\r\n\r\n",
      "200 200 open"),
    FramingCase(
      "Expect in other case",
      "POST / HTTP/1.1\r\nHost: a\r\nexpect: 100-Continue\r\nContent-Length: 4\r\n\r\n"
        + "bodyGET /next HTTP/1.1\r\nHost: a\r\n\r\n",
      "200 200 open"),
    FramingCase(
      "Expect without a body",
      "POST / HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\n\r\nGET /next HTTP/1.1\r\n"
        + "Host: a\r\n\r\n",
      "200 200 open"),
    FramingCase(
      "an unknown expectation",
      "POST / HTTP/1.1\r\nHost: a\r\nExpect: coffee\r\n\r\nGET /next HTTP/1.1\r\nHost: a\r\n"
        + "\r\n",
      "417 200 open"),
    FramingCase(
      "an unknown expectation with a body",
      "POST / HTTP/1.1\r\nHost: a\r\nExpect: coffee\r\nContent-Length: 4\r\n\r\n"
        + "bodyGET /next HTTP/1.1\r\nHost: a\r\n\r\n",
      "417 closed"),
    FramingCase(
      "a known and an unknown expectation",
      "POST / HTTP/1.1\r\nHost: a\r\nExpect: 100-continue, coffee\r\n\r\n"
        + "GET /next HTTP/1.1\r\nHost: a\r\n\r\n",
      "417 200 open"),
    FramingCase(
      "an expectation on HTTP/1.0",
      "POST / HTTP/1.0\r\nHost: a\r\nExpect: coffee\r\n\r\nGET /next HTTP/1.1\r\nHost: a\r\n"
        + "\r\n",
      "200 closed"),
    FramingCase(
      "Expect with a body beyond the limit",
      "POST / HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\nContent-Length: 70000\r\n\r\n"
        + "GET /next HTTP/1.1\r\nHost: a\r\n\r\n",
      "413 closed"),
    FramingCase(
      "an empty expectation",
      "POST / HTTP/1.1\r\nHost: a\r\nExpect:\r\n\r\nGET /next HTTP/1.1\r\nHost: a\r\n\r\n",
      "200 200 open"),
  ]

  /// The table of requests that hide another.
  static let smuggling: [FramingCase] = [
    FramingCase(
      "CL.TE",
      "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 6\r\nTransfer-Encoding: chunked\r\n\r\n"
        + "0\r\n\r\nGGET /next HTTP/1.1\r\nHost: a\r\n\r\n",
      "400 closed"),
    FramingCase(
      "TE with a blank before the colon",
      "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding : chunked\r\n\r\n0\r\n\r\n",
      "400 closed"),
    FramingCase(
      "TE in a folded line",
      "POST / HTTP/1.1\r\nHost: a\r\nX: y\r\n Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
      "400 closed"),
    FramingCase(
      "TE behind a bare LF",
      "POST / HTTP/1.1\r\nHost: a\r\nX: y\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
      "400 closed"),
    FramingCase(
      "TE behind a bare CR",
      "POST / HTTP/1.1\r\nHost: a\r\nX: y\rTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
      "400 closed"),
    FramingCase(
      "TE with a NUL",
      "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\u{0}\r\n\r\n0\r\n\r\n",
      "400 closed"),
    FramingCase(
      "TE with a trailing comma",
      "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked,\r\n\r\n0\r\n\r\n"
        + "GET /next HTTP/1.1\r\nHost: a\r\n\r\n",
      "200 200 open"),
    FramingCase(
      "a length with a trailing blank",
      "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 4 \r\n\r\nbodyGET /next HTTP/1.1\r\n"
        + "Host: a\r\n\r\n",
      "200 200 open"),
    FramingCase(
      "a length with a tab",
      "POST / HTTP/1.1\r\nHost: a\r\nContent-Length:\t4\r\n\r\nbodyGET /next HTTP/1.1\r\n"
        + "Host: a\r\n\r\n",
      "200 200 open"),
    FramingCase(
      "a length with a form feed",
      "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: \u{C}4\r\n\r\nbody",
      "400 closed"),
    FramingCase(
      "a length behind a NUL name",
      "POST / HTTP/1.1\r\nHost: a\r\n\u{0}Content-Length: 4\r\n\r\nbody",
      "400 closed"),
    FramingCase(
      "a second request in a header",
      "GET / HTTP/1.1\r\nHost: a\r\nX: GET /admin HTTP/1.1\r\n\r\nGET /next HTTP/1.1\r\n"
        + "Host: a\r\n\r\n",
      "200 200 open"),
    FramingCase(
      "a chunk that hides a request",
      "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n4\r\nbody\r\n0\r\n\r\n"
        + "GET /next HTTP/1.1\r\nHost: a\r\n\r\n",
      "200 200 open"),
    FramingCase(
      "a request after a failure is not answered",
      "GET / HTTP/1.1\r\n\r\nGET /next HTTP/1.1\r\nHost: a\r\n\r\n",
      "400 closed"),
    FramingCase(
      "a request after close is not answered",
      "GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\nGET /next HTTP/1.1\r\n"
        + "Host: a\r\n\r\n",
      "200 closed"),
    FramingCase(
      "an underscore name is another name",
      "POST / HTTP/1.1\r\nHost: a\r\nContent_Length: 4\r\n\r\nGET /next HTTP/1.1\r\n"
        + "Host: a\r\n\r\n",
      "200 200 open"),
  ]
}
