// How does a test read a scrape in pieces, off a socket or from the endpoints themselves?

import TestSupport
import MailObservability

/// The forms of a scrape.
enum ScrapeForm: CaseIterable {
  case text, openMetrics, json, variables

  private var path: String {
    switch self {
    case .text, .openMetrics: "/metrics"
    case .json: "/metrics.json"
    case .variables: "/debug/vars"
    }
  }

  private var accept: String { self == .openMetrics ? "application/openmetrics-text; version=1.0.0" : "*/*" }

  /// Asks for a scrape and reads it; nil for what says nothing of metrics. Blocks the calling thread.
  ///
  /// - Parameters:
  ///   - pieces: how many bytes are read at most, asked for each time.
  ///   - between: what happens before each piece.
  func read(at address: String, pieces: () -> Int, between: () -> Void) throws -> ReadExposition? {
    let client = try TestClient(address, receiveBuffer: 4096)
    try client.sendNow(
      Array(
        "GET \(path) HTTP/1.1\r\nHost: \(address)\r\nAccept: \(accept)\r\nConnection: close\r\n\r\n".utf8))
    var bytes: [UInt8] = []
    while true {
      between()
      let piece = try client.readNow(upTo: pieces())
      if piece.isEmpty { break }
      bytes += piece
    }
    return try read(try ScrapeForm.body(of: bytes))
  }

  /// The same from endpoints without a socket, which encode a part when it is asked for: what happens between two parts
  /// happens in the middle of a scrape, whatever the system would have kept.
  func read(from endpoints: MetricsEndpoints, between: () -> Void) throws -> ReadExposition? {
    let request = try EndpointRequest(
      target: path, headers: ["Accept": accept], peer: .unix)
    let response = waiting { await endpoints.respond(to: request) }
    guard response.status == 200 else { throw ReadProblem("\(path): \(response.status)") }
    var body: [UInt8] = []
    switch response.body {
    case .bytes(let bytes): body = bytes
    case .stream(let stream):
      defer { stream.finished?() }
      while let part = try waiting({ await Result { try await stream.next() } }).get() {
        body += part
        between()
      }
    }
    return try read(body)
  }

  private func read(_ body: [UInt8]) throws -> ReadExposition? {
    switch self {
    case .text: return try ReadExposition(text: body, isOpenMetrics: false)
    case .openMetrics: return try ReadExposition(text: body, isOpenMetrics: true)
    case .json: return try ReadExposition(json: body)
    case .variables:
      _ = try JSONValue(document: body)
      return nil
    }
  }

  /// The body of a whole response.
  private static func body(of response: [UInt8]) throws -> [UInt8] {
    let end = Array("\r\n\r\n".utf8)
    guard let headEnd = response.indices.first(where: { response[$0...].starts(with: end) }) else {
      throw ReadProblem("a response without a head")
    }
    let head = String(decoding: response[..<headEnd], as: UTF8.self).lowercased()
    var rest = response[(headEnd + end.count)...]
    guard head.hasPrefix("http/1.1 200 ") else { throw ReadProblem(head) }
    guard head.contains("\r\ntransfer-encoding: chunked") else {
      guard
        head.contains("\r\ncontent-length: \(rest.count)\r\n")
          || head.hasSuffix("content-length: \(rest.count)")
      else { throw ReadProblem("\(rest.count) bytes after \(head)") }
      return Array(rest)
    }
    var body: [UInt8] = []
    while true {
      guard let lineEnd = rest.firstIndex(of: UInt8(ascii: "\r")),
        let size = Int(String(decoding: rest[..<lineEnd], as: UTF8.self), radix: 16),
        rest[lineEnd...].count >= size + 4,
        rest[(lineEnd + 2 + size)...].starts(with: [UInt8(ascii: "\r"), UInt8(ascii: "\n")])
      else { throw ReadProblem("a chunk is not whole, after \(body.count) bytes") }
      body += rest[(lineEnd + 2)..<(lineEnd + 2 + size)]
      rest = rest[(lineEnd + 4 + size)...]
      guard size > 0 else { break }
    }
    guard rest.isEmpty else { throw ReadProblem("something follows the last chunk") }
    return body
  }
}

extension Result where Failure == any Error {
  fileprivate init(_ body: () async throws -> Success) async {
    do { self = .success(try await body()) } catch { self = .failure(error) }
  }
}
