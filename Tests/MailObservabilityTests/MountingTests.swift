// Do the routes work in a server that is not ours?

import TestSupport
import ObservabilityPlatform
import MailObservability
import Testing

@Suite("Endpoints mounted in another server", .timeLimit(.minutes(30)))
struct MountingTests {
  @Test(
    "answer what the library's own server would",
    arguments: [
      ("/metrics", 200, "rusmes_smtp_connections_total 1\n"), ("/live", 200, #"{"alive":true}"#),
      ("/ready", 503, #"{"ready":false}"#), ("/ready/storage", 503, "false"), ("/nothing", 404, "nothing"),
      ("/metrics?name[]=rusmes_smtp_connections_total", 200, "rusmes_smtp_connections_total 1\n"),
    ])
  func answers(path: String, status: Int, part: String) async throws {
    let metrics = try MetricsCollector()
    metrics.smtp.connections.increment()
    try metrics.health.declare("storage")
    let endpoints = try metrics.endpoints(.patient)
    let listener = try #require(PlainListener())
    async let reply = onThread { HTTPClient.get(path, at: "127.0.0.1:\(listener.port)") }
    let (client, target) = try #require(await onThread { listener.acceptRequest() })
    let response = await endpoints.respond(to: try EndpointRequest(target: target))
    let body = try await collected(response.body)
    await onThread { PlainListener.answer(client, response.status, response.headers, body) }
    let received = try #require(await reply)
    #expect(received.status == status)
    #expect(received.body.firstRange(ofText: part) != nil)
    #expect(
      endpoints.isProbe(try EndpointRequest(target: target))
        == (path.hasPrefix("/live") || path.hasPrefix("/ready")))
  }

  @Test("refuse a path for the exposition that another route has")
  func badPath() throws {
    #expect(throws: MetricsConfigError.self) {
      try MetricsCollector().endpoints(MetricsConfig(path: "/live"))
    }
  }

  private func collected(_ body: EndpointBody) async throws -> [UInt8] {
    switch body {
    case .bytes(let bytes): return bytes
    case .stream(let stream):
      defer { stream.finished?() }
      var bytes: [UInt8] = []
      while let piece = try await stream.next() { bytes += piece }
      return bytes
    }
  }
}

/// The least of a server: one connection, one request, one answer. Its calls block.
private final class PlainListener: Sendable {
  private let descriptor: Int32
  let port: UInt16

  init?() {
    guard let socket = listeningSocket(backlog: 1) else { return nil }
    (descriptor, port) = socket
  }

  deinit { close(descriptor) }

  /// The connection, and the target of its request.
  func acceptRequest() -> (client: Int32, target: String)? {
    let client = accept(descriptor, nil, nil)
    guard client >= 0 else { return nil }
    var bytes: [UInt8] = []
    var chunk = [UInt8](repeating: 0, count: 4096)
    while !String(decoding: bytes, as: UTF8.self).hasSuffix("\r\n\r\n") {
      let count = read(client, &chunk, chunk.count)
      guard count > 0 else { return nil }
      bytes += chunk[..<count]
    }
    let words = String(decoding: bytes, as: UTF8.self).split(separator: " ")
    return words.count > 1 ? (client, String(words[1])) : nil
  }

  static func answer(_ client: Int32, _ status: Int, _ headers: EndpointFields, _ body: [UInt8]) {
    var lines = ["HTTP/1.1 \(status) -", "Content-Length: \(body.count)", "Connection: close"]
    lines += headers.list.map { "\($0.name): \($0.value)" }
    let bytes = Array((lines.joined(separator: "\r\n") + "\r\n\r\n").utf8) + body
    var written = 0
    while written < bytes.count {
      let count = bytes[written...].withUnsafeBytes { write(client, $0.baseAddress, $0.count) }
      guard count > 0 else { break }
      written += count
    }
    close(client)
  }
}
