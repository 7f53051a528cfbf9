// Which chunked answers does a client take, and where are the limits? The tables of the server, turned round.

@testable import ObservabilityHTTP

extension AnswerCase {
  /// The table of chunked bodies.
  static let chunks: [AnswerCase] = [
    .chunked("no chunk", "0\r\n\r\n", "200 [] open"),
    .chunked("one chunk", "4\r\nbody\r\n0\r\n\r\n", "200 [body] open"),
    .chunked("two chunks", "4\r\nbody\r\n1\r\n!\r\n0\r\n\r\n", "200 [body!] open"),
    .chunked(
      "a size in either case", "a\r\n0123456789\r\nA\r\n0123456789\r\n0\r\n\r\n",
      "200 [01234567890123456789] open"),
    .chunked("leading zeros", "0004\r\nbody\r\n000\r\n\r\n", "200 [body] open"),
    .chunked("an extension", "4;a=b\r\nbody\r\n0;c\r\n\r\n", "200 [body] open"),
    .chunked("a quoted extension", "4;a=\"b;c\"\r\nbody\r\n0\r\n\r\n", "200 [body] open"),
    .chunked("a blank before an extension", "4 ;a\r\nbody\r\n0\r\n\r\n", "200 [body] open"),
    .chunked("two trailers", "0\r\nX: y\r\nZ:\r\n\r\n", "200 [] open"),
    .chunked(
      "a trailer that would change the framing", "0\r\nContent-Length: 5\r\nTransfer-Encoding: gzip\r\n\r\n",
      "200 [] open"),
    .chunked("a trailer that would close", "0\r\nConnection: close\r\n\r\n", "200 [] open"),
    .chunked("data that looks like a chunk", "5\r\n0\r\n\r\n\r\n0\r\n\r\n", "200 [0\r\n\r\n] open"),
    .chunked("no size", "\r\nbody\r\n0\r\n\r\n", "malformed_chunk"),
    .chunked("a size that is none", "x\r\nbody\r\n0\r\n\r\n", "malformed_chunk"),
    .chunked("a negative size", "-4\r\nbody\r\n0\r\n\r\n", "malformed_chunk"),
    .chunked("a signed size", "+4\r\nbody\r\n0\r\n\r\n", "malformed_chunk"),
    .chunked("a size with 0x", "0x4\r\nbody\r\n0\r\n\r\n", "malformed_chunk"),
    .chunked("a blank before the size", " 4\r\nbody\r\n0\r\n\r\n", "malformed_chunk"),
    .chunked("a blank after the size", "4 \r\nbody\r\n0\r\n\r\n", "malformed_chunk"),
    .chunked("two sizes", "4 4\r\nbody\r\n0\r\n\r\n", "malformed_chunk"),
    .chunked("a comma", "4,4\r\nbody\r\n0\r\n\r\n", "malformed_chunk"),
    .chunked("an underscore", "1_0\r\n", "malformed_chunk"),
    .chunked("a size ending in a bare LF", "4\nbody\r\n0\r\n\r\n", "malformed_chunk"),
    .chunked("data ending in a bare LF", "4\r\nbody\n0\r\n\r\n", "malformed_chunk"),
    .chunked("data ending in a bare CR", "4\r\nbody\r0\r\n\r\n", "malformed_chunk"),
    .chunked("a bare CR in the size", "4\rbody\r\n0\r\n\r\n", "malformed_chunk"),
    .chunked("data longer than its size", "3\r\nbody\r\n0\r\n\r\n", "malformed_chunk"),
    .chunked("data shorter than its size", "5\r\nbody\r\n0\r\n\r\n", "malformed_chunk"),
    .chunked("a bare LF in an extension", "4;a\nb\r\nbody\r\n0\r\n\r\n", "malformed_chunk"),
    .chunked("a NUL in an extension", "4;a\0\r\nbody\r\n0\r\n\r\n", "malformed_chunk"),
    .chunked("a control byte in an extension", "4;\u{01}\r\nbody\r\n0\r\n\r\n", "malformed_chunk"),
    .chunked("a trailer with a bare LF", "0\r\nX: y\n\r\n", "malformed_chunk"),
    .chunked("the end with a bare LF", "0\r\n\n", "malformed_chunk"),
    .chunked("an extension without end", "4;\(run("a", 300))\r\nbody\r\n0\r\n\r\n", "malformed_chunk"),
    .chunked("a folded trailer", "0\r\nX: y\r\n z\r\n\r\n", "obsolete_folding"),
    .chunked("a trailer without a colon", "0\r\nX\r\n\r\n", "malformed_field"),
    .chunked("a NUL in a trailer", "0\r\nX: \0\r\n\r\n", "malformed_field"),
    .chunked("a blank before a trailer's colon", "0\r\nX : y\r\n\r\n", "malformed_field"),
    .chunked("an unfinished chunk", "4\r\nbo", "unfinished"),
    .chunked("an unfinished end", "4\r\nbody\r\n0\r\n", "unfinished"),
    .chunked("a size of 2^64", "10000000000000000\r\n", "200 [] cut"),
    .chunked("a size that would wrap to 4", "10000000000000004\r\nbody\r\n0\r\n\r\n", "200 [] cut"),
    .chunked("a size of many digits", "\(run("f", 100))\r\n", "200 [] cut"),
  ]

  /// The table of limits.
  static let limits: [AnswerCase] = [
    .fields("a head as large as may be", "X: \(run("b", 57))", "200 [ok] open", limits: .small),
    .fields("a head one byte too large", "X: \(run("b", 58))", "headers_too_large", limits: .small),
    .rest("a head without an end", "X: \(run("b", 200))", "headers_too_large", limits: .small),
    .bytes(
      "a status line without an end", "HTTP/1.1 200 \(run("b", 200))", "headers_too_large", limits: .small),
    .chunked("trailers too large", "0\r\nX: \(run("y", 200))", "headers_too_large", limits: .small),
    .fields("fields as many as may be", "X:y\r\nX:y\r\nX:y", "200 [ok] open", limits: .small),
    .fields("one field too many", "X:y\r\nX:y\r\nX:y\r\nX:y", "too_many_fields", limits: .small),
    .rest(
      "a body as large as may be", "Content-Length: 10\r\n\r\n0123456789", "200 [0123456789] open",
      limits: .small),
    .rest(
      "a body one byte too large", "Content-Length: 11\r\n\r\n0123456789a", "200 [0123456789] cut",
      limits: .small),
    .rest(
      "a body of 2^63-1 bytes", "Content-Length: 9223372036854775807\r\n\r\n0123456789abc",
      "200 [0123456789] cut", limits: .small),
    .rest(
      "a body of 2^64 bytes", "Content-Length: 18446744073709551616\r\n\r\n0123456789abc",
      "200 [0123456789] cut", limits: .small),
    .rest("a large body that does not come", "Content-Length: 11\r\n\r\n01", "unfinished", limits: .small),
    .rest("as large as may be up to the end", "\r\n0123456789", "200 [0123456789] closed", limits: .small),
    .rest("one byte too large before the end", "\r\n0123456789a", "200 [0123456789] cut", limits: .small),
    .chunked(
      "chunks as large as may be", "5\r\n01234\r\n5\r\n56789\r\n0\r\n\r\n", "200 [0123456789] open",
      limits: .small),
    .chunked(
      "chunks together too large", "5\r\n01234\r\n6\r\n567890\r\n0\r\n\r\n", "200 [01234] cut", limits: .small
    ),
    .chunked(
      "too many trailers", "0\r\nX:y\r\nX:y\r\nX:y\r\nX:y\r\nX:y\r\n\r\n", "too_many_fields", limits: .small),
  ]
}
