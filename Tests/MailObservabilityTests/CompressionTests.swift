// Does a server compress, and say where it cannot?

import ObservabilityPlatform
import TestSupport
import Testing

@testable import MailObservability

@Suite("A server's compression")
struct ServerCompressionTests {
  private func coding(_ config: MetricsConfig) async throws -> String? {
    let endpoints = try MetricsCollector().endpoints(config)
    let request = try EndpointRequest(
      method: "GET", target: "/metrics", headers: ["Accept-Encoding": "gzip"], peer: .unix)
    let response = await endpoints.respond(to: request)
    #expect(response.status == 200)
    return response.headers["Content-Encoding"]
  }

  @Test("is there where it can be, unless it is switched off")
  func system() async throws {
    guard (try? Gzip()) != nil else { return }
    var config = MetricsConfig()
    #expect(try await coding(config) == "gzip")
    config.compressesAnswers = false
    #expect(try await coding(config) == nil)
  }

  @Test("is left out where there is no zlib, which is said once")
  func missing() async throws {
    let recorder = LogRecorder()
    var config = MetricsConfig()
    config.compressionLibrary = "/nonexistent/libz.so.1"
    config.log = recorder.record
    let server = try MetricsCollector()
    let endpoints = try server.endpoints(config)
    for _ in 0..<3 {
      let request = try EndpointRequest(
        method: "GET", target: "/metrics", headers: ["Accept-Encoding": "gzip"], peer: .unix)
      let response = await endpoints.respond(to: request)
      #expect(response.status == 200)
      #expect(response.headers["Content-Encoding"] == nil)
    }
    #expect(
      await eventually { recorder.messages.contains { $0.text.contains("answers are not compressed") } })
    let said = recorder.messages.filter { $0.text.contains("answers are not compressed") }
    #expect(said.count == 1)
    #expect(said.first?.text.contains("/nonexistent/libz.so.1") == true)
  }
}
