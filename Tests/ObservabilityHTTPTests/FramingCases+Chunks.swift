// Which chunked bodies are accepted, and where are the limits?

import EndpointMessages
@testable import ObservabilityHTTP

extension FramingCase {
  /// The table of chunked bodies.
  static let chunks: [FramingCase] = [
    .chunked("no chunk", "0\r\n\r\n", "200 200 open"),
    .chunked("one chunk", "4\r\nbody\r\n0\r\n\r\n", "200 200 open"),
    .chunked("two chunks", "4\r\nbody\r\n1\r\n!\r\n0\r\n\r\n", "200 200 open"),
    .chunked("a size in either case", "a\r\n0123456789\r\nA\r\n0123456789\r\n0\r\n\r\n", "200 200 open"),
    .chunked("leading zeros", "0004\r\nbody\r\n000\r\n\r\n", "200 200 open"),
    .chunked("an extension", "4;a=b\r\nbody\r\n0;c\r\n\r\n", "200 200 open"),
    .chunked("a quoted extension", "4;a=\"b;c\"\r\nbody\r\n0\r\n\r\n", "200 200 open"),
    .chunked("a blank before an extension", "4 ;a\r\nbody\r\n0\r\n\r\n", "200 200 open"),
    .chunked("a trailer", "0\r\nX: y\r\n\r\n", "200 200 open"),
    .chunked("two trailers", "0\r\nX: y\r\nZ:\r\n\r\n", "200 200 open"),
    .chunked(
      "a trailer that would change the framing", "0\r\nContent-Length: 5\r\nTransfer-Encoding: gzip\r\n\r\n",
      "200 200 open"),
    .chunked("data that looks like a chunk", "5\r\n0\r\n\r\n\r\n0\r\n\r\n", "200 200 open"),
    .chunked("no size", "\r\nbody\r\n0\r\n\r\n", "400 closed"),
    .chunked("a size that is none", "x\r\nbody\r\n0\r\n\r\n", "400 closed"),
    .chunked("a negative size", "-4\r\nbody\r\n0\r\n\r\n", "400 closed"),
    .chunked("a signed size", "+4\r\nbody\r\n0\r\n\r\n", "400 closed"),
    .chunked("a size with 0x", "0x4\r\nbody\r\n0\r\n\r\n", "400 closed"),
    .chunked("a blank before the size", " 4\r\nbody\r\n0\r\n\r\n", "400 closed"),
    .chunked("a blank after the size", "4 \r\nbody\r\n0\r\n\r\n", "400 closed"),
    .chunked("two sizes", "4 4\r\nbody\r\n0\r\n\r\n", "400 closed"),
    .chunked("a comma", "4,4\r\nbody\r\n0\r\n\r\n", "400 closed"),
    .chunked("an underscore", "1_0\r\n", "400 closed"),
    .chunked("a size ending in a bare LF", "4\nbody\r\n0\r\n\r\n", "400 closed"),
    .chunked("data ending in a bare LF", "4\r\nbody\n0\r\n\r\n", "400 closed"),
    .chunked("data ending in a bare CR", "4\r\nbody\r0\r\n\r\n", "400 closed"),
    .chunked("a bare CR in the size", "4\rbody\r\n0\r\n\r\n", "400 closed"),
    .chunked("data longer than its size", "3\r\nbody\r\n0\r\n\r\n", "400 closed"),
    .chunked("data shorter than its size", "5\r\nbody\r\n0\r\n\r\n", "400 closed"),
    .chunked("a bare LF in an extension", "4;a\nb\r\nbody\r\n0\r\n\r\n", "400 closed"),
    .chunked("a NUL in an extension", "4;a\0\r\nbody\r\n0\r\n\r\n", "400 closed"),
    .chunked("a control byte in an extension", "4;\u{01}\r\nbody\r\n0\r\n\r\n", "400 closed"),
    .chunked("an extension without end", "4;\(run("a", 300))\r\nbody\r\n0\r\n\r\n", "400 closed"),
    .chunked("a size beyond the limit", "10001\r\n", "413 closed"),
    .chunked("a size of 2^64", "10000000000000000\r\n", "413 closed"),
    .chunked("a size that would wrap to 4", "10000000000000004\r\nbody\r\n0\r\n\r\n", "413 closed"),
    .chunked("a size of many digits", "\(run("f", 100))\r\n", "413 closed"),
    .chunked("a folded trailer", "0\r\nX: y\r\n z\r\n\r\n", "400 closed"),
    .chunked("a trailer without a colon", "0\r\nX\r\n\r\n", "400 closed"),
    .chunked("a trailer with a bare LF", "0\r\nX: y\n\r\n", "400 closed"),
    .chunked("the end with a bare LF", "0\r\n\n", "400 closed"),
    .chunked("a NUL in a trailer", "0\r\nX: \0\r\n\r\n", "400 closed"),
    .chunked("a blank before a trailer's colon", "0\r\nX : y\r\n\r\n", "400 closed"),
    .chunked("an unfinished chunk", "4\r\nbo", "- open", next: ""),
    .chunked(
      "chunks without an end",
      "1\r\na\r\n1\r\na\r\n1\r\na\r\n1\r\na\r\n1\r\na\r\n1\r\na\r\n1\r\na\r\n1\r\na\r\n1\r\na\r\n1\r\na\r\n",
      "- open", next: ""),
  ]

  /// The table of limits.
  static let limits: [FramingCase] = [
    .target("a request line as long as may be", "/\(run("a", 26))", "200 200 open", limits: .small),
    .target("a request line one byte too long", "/\(run("a", 27))", "414 closed", limits: .small),
    .bytes("a request line without an end", "GET /\(run("a", 60))", "414 closed", limits: .small),
    .bytes("a method without an end", "\(run("A", 60))", "414 closed", limits: .small),
    .bytes(
      "a line too long is too long whatever is in it", "GET \0\(run("a", 60)) HTTP/1.1\r\n", "414 closed",
      limits: .small),
    .bytes("a line too long in a bare LF", "GET /\(run("a", 60))\n", "414 closed", limits: .small),
    .fields("header fields as large as may be", "X: \(run("b", 66))", "200 200 open", limits: .small),
    .fields("header fields too large", "X: \(run("b", 69))", "431 closed", next: "", limits: .small),
    .bytes(
      "header fields without an end", "GET / HTTP/1.1\r\nX: \(run("b", 100))", "431 closed", limits: .small),
    .fields("fields as many as may be", "X:y\r\nX:y\r\nX:y", "200 200 open", limits: .small),
    .fields("one field too many", "X:y\r\nX:y\r\nX:y\r\nX:y", "431 closed", next: "", limits: .small),
    .post(
      "a body as large as may be", "Content-Length: 10\r\n\r\n0123456789", "200 200 open", limits: .small),
    .post(
      "a body one byte too large", "Content-Length: 11\r\n\r\n01234567890", "413 closed", next: "",
      limits: .small),
    .chunked(
      "chunks as large as may be", "5\r\n01234\r\n5\r\n56789\r\n0\r\n\r\n", "200 200 open", limits: .small),
    .chunked(
      "chunks together too large", "5\r\n01234\r\n6\r\n567890\r\n0\r\n\r\n", "413 closed", next: "",
      limits: .small),
    .chunked("trailers too large", "0\r\nX: \(run("y", 100))", "431 closed", next: "", limits: .small),
    .chunked(
      "too many trailers", "0\r\nX:y\r\nX:y\r\nX:y\r\nX:y\r\nX:y\r\n\r\n", "431 closed", next: "",
      limits: .small),
  ]
}
