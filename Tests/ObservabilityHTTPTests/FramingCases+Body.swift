// Which announcements of a body are accepted, and what is answered to the others?

import EndpointMessages
@testable import ObservabilityHTTP

extension FramingCase {
  /// The table of lengths, codings and expectations.
  static let body: [FramingCase] = [
    .post("a body of its length", "Content-Length: 4\r\n\r\nbody", "200 200 open"),
    .post("length zero", "Content-Length: 0\r\n\r\n", "200 200 open"),
    .post("a length with leading zeros", "Content-Length: 0004\r\n\r\nbody", "200 200 open"),
    .post(
      "a body that looks like a request", "Content-Length: 31\r\n\r\nGET /next HTTP/1.1\r\nHost: a\r\n\r\n",
      "200 200 open"),
    .post("a signed length", "Content-Length: +4\r\n\r\nbody", "400 closed"),
    .post("a negative length", "Content-Length: -4\r\n\r\nbody", "400 closed"),
    .post("an empty length", "Content-Length:\r\n\r\nbody", "400 closed"),
    .post("a length in hexadecimal", "Content-Length: 0x4\r\n\r\nbody", "400 closed"),
    .post("a fraction", "Content-Length: 4.0\r\n\r\nbody", "400 closed"),
    .post("a list of lengths", "Content-Length: 4, 4\r\n\r\nbody", "400 closed"),
    .post("a blank in a length", "Content-Length: 1 2\r\n\r\nbody", "400 closed"),
    .post("a length with an exponent", "Content-Length: 4e0\r\n\r\nbody", "400 closed"),
    .post("a length in another script", "Content-Length: \u{B2}\r\n\r\nbody", "400 closed"),
    .post("a length with an underscore", "Content-Length: 1_0\r\n\r\nbody", "400 closed"),
    .post("a word for a length", "Content-Length: four\r\n\r\nbody", "400 closed"),
    .post("the same length twice", "Content-Length: 4\r\nContent-Length: 4\r\n\r\nbody", "400 closed"),
    .post("two lengths", "Content-Length: 4\r\nContent-Length: 5\r\n\r\nbody", "400 closed"),
    .post("a length beyond the limit", "Content-Length: 65537\r\n\r\n", "413 closed"),
    .post("a length beyond 64 bits", "Content-Length: \(run("9", 20))\r\n\r\n", "413 closed"),
    .post("a length of 2^63-1", "Content-Length: 9223372036854775807\r\n\r\n", "413 closed"),
    .post("a length of 2^64", "Content-Length: 18446744073709551616\r\n\r\n", "413 closed"),
    .post(
      "length and chunked", "Content-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", "400 closed"),
    .post(
      "chunked and length", "Transfer-Encoding: chunked\r\nContent-Length: 4\r\n\r\n0\r\n\r\n", "400 closed"),
    .post(
      "length and identity", "Content-Length: 4\r\nTransfer-Encoding: identity\r\n\r\nbody", "400 closed"),
    .post("gzip", "Transfer-Encoding: gzip\r\n\r\n", "501 closed"),
    .post("identity", "Transfer-Encoding: identity\r\n\r\n", "501 closed"),
    .post("gzip, chunked", "Transfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n", "501 closed"),
    .post(
      "gzip and chunked in two fields",
      "Transfer-Encoding: gzip\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", "501 closed"),
    .post("chunked, gzip", "Transfer-Encoding: chunked, gzip\r\n\r\n", "400 closed"),
    .post("chunked twice", "Transfer-Encoding: chunked, chunked\r\n\r\n0\r\n\r\n", "400 closed"),
    .post(
      "chunked in two fields", "Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
      "400 closed"),
    .post("an empty coding", "Transfer-Encoding:\r\n\r\n", "400 closed"),
    .post("xchunked", "Transfer-Encoding: xchunked\r\n\r\n0\r\n\r\n", "501 closed"),
    .post("quoted chunked", "Transfer-Encoding: \"chunked\"\r\n\r\n0\r\n\r\n", "501 closed"),
    .post("chunked with a parameter", "Transfer-Encoding: chunked;q=1\r\n\r\n0\r\n\r\n", "501 closed"),
    .post("CHUNKED", "Transfer-Encoding: CHUNKED\r\n\r\n0\r\n\r\n", "200 200 open"),
    .post("a comma before chunked", "Transfer-Encoding: ,chunked\r\n\r\n0\r\n\r\n", "200 200 open"),
    .post("chunked, with a vertical tab", "Transfer-Encoding: \u{0B}chunked\r\n\r\n0\r\n\r\n", "400 closed"),
    .post("an unfinished body", "Content-Length: 40\r\n\r\nbody", "- open", next: ""),
    .bytes(
      "a body on GET", "GET / HTTP/1.1\r\nHost: a\r\nContent-Length: 4\r\n\r\nbody", "200 200 open",
      next: next),
    .bytes(
      "a body on an unknown method", "BREW / HTTP/1.1\r\nHost: a\r\nContent-Length: 4\r\n\r\nbody",
      "501 200 open", next: next),
    .bytes(
      "chunked on HTTP/1.0", "POST / HTTP/1.0\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
      "400 closed"),
    .bytes("a body on HTTP/1.0", "POST / HTTP/1.0\r\nHost: a\r\nContent-Length: 4\r\n\r\nbody", "200 closed"),
    .post(
      "Expect: 100-continue with a body", "Expect: 100-continue\r\nContent-Length: 4\r\n\r\nbody",
      "200 200 open"),
    .post("Expect in other case", "expect: 100-Continue\r\nContent-Length: 4\r\n\r\nbody", "200 200 open"),
    .post("Expect without a body", "Expect: 100-continue\r\n\r\n", "200 200 open"),
    .post("an unknown expectation", "Expect: coffee\r\n\r\n", "417 200 open"),
    .post(
      "an unknown expectation with a body", "Expect: coffee\r\nContent-Length: 4\r\n\r\nbody", "417 closed"),
    .post("a known and an unknown expectation", "Expect: 100-continue, coffee\r\n\r\n", "417 200 open"),
    .bytes(
      "an expectation on HTTP/1.0", "POST / HTTP/1.0\r\nHost: a\r\nExpect: coffee\r\n\r\n", "200 closed",
      next: next),
    .post(
      "Expect with a body beyond the limit", "Expect: 100-continue\r\nContent-Length: 70000\r\n\r\n",
      "413 closed"),
    .post("an empty expectation", "Expect:\r\n\r\n", "200 200 open"),
  ]

  /// The table of requests that hide another.
  static let smuggling: [FramingCase] = [
    .post("CL.TE", "Content-Length: 6\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\nG", "400 closed"),
    .post(
      "TE with a blank before the colon", "Transfer-Encoding : chunked\r\n\r\n0\r\n\r\n", "400 closed",
      next: ""),
    .post(
      "TE in a folded line", "X: y\r\n Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n", "400 closed", next: ""),
    .post("TE behind a bare LF", "X: y\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", "400 closed", next: ""),
    .post("TE behind a bare CR", "X: y\rTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", "400 closed", next: ""),
    .post("TE with a NUL", "Transfer-Encoding: chunked\0\r\n\r\n0\r\n\r\n", "400 closed", next: ""),
    .post("TE with a trailing comma", "Transfer-Encoding: chunked,\r\n\r\n0\r\n\r\n", "200 200 open"),
    .post("a length with a trailing blank", "Content-Length: 4 \r\n\r\nbody", "200 200 open"),
    .post("a length with a tab", "Content-Length:\t4\r\n\r\nbody", "200 200 open"),
    .post("a length with a form feed", "Content-Length: \u{0C}4\r\n\r\nbody", "400 closed", next: ""),
    .post("a length behind a NUL name", "\0Content-Length: 4\r\n\r\nbody", "400 closed", next: ""),
    .fields("a second request in a header", "X: GET /admin HTTP/1.1", "200 200 open"),
    .chunked("a chunk that hides a request", "4\r\nbody\r\n0\r\n\r\n", "200 200 open"),
    .bytes("a request after a failure is not answered", "GET / HTTP/1.1\r\n\r\n", "400 closed", next: next),
    .fields("a request after close is not answered", "Connection: close", "200 closed"),
    .post("an underscore name is another name", "Content_Length: 4\r\n\r\n", "200 200 open"),
  ]
}
