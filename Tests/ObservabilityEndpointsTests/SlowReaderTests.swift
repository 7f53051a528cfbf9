// Can a client that reads slowly keep others from the metrics?

import EndpointMessages
import MetricInstruments
import ObservabilityPlatform
import TestSupport
@testable import ObservabilityEndpoints
import Testing

@Suite("A scrape that is read slowly")
struct SlowReaderTests {
  private let clock = ManualClock()

  /// A service whose exposition has many parts.
  private func service(_ configure: (inout EndpointSettings) -> Void) throws -> Service {
    let service = try Service(timer: clock, configure)
    let family = try service.registry.register(
      .counter("x_total", help: ""), byBounded: "n", limit: 50_000)
    for number in 0..<50_000 { family["series number \(number)"].increment(by: number) }
    return service
  }

  /// An answer of which nothing has been read.
  private func unread(_ path: String, _ service: Service) async throws -> EndpointBodyStream {
    let response = await service.endpoints.respond(to: try EndpointRequest(target: path, peer: .unix))
    guard response.status == 200, case .stream(let stream) = response.body else {
      throw Unexpected(status: response.status)
    }
    return stream
  }
  private struct Unexpected: Error { let status: Int }

  private func rest(of stream: EndpointBodyStream) async throws -> String {
    var bytes: [UInt8] = []
    while let part = try await stream.next() { bytes += part }
    stream.finished?()
    return String(decoding: bytes, as: UTF8.self)
  }

  private func count(_ body: String) -> Int { body.split(separator: "series number ").count - 1 }

  @Test(
    "gives its slot back when all is encoded, and is read to its end all the same",
    arguments: ["/metrics", "/metrics.json"])
  func spooled(path: String) async throws {
    let service = try service { $0.maximumConcurrentScrapes = 1 }
    var streams: [EndpointBodyStream] = []
    for _ in 0..<4 { streams.append(try await unread(path, service)) }
    #expect(try await count(service.get(path).body) == 50_000)
    #expect(service.endpoints.metrics.spooledBytes > 4 << 20)
    for stream in streams { #expect(try await count(rest(of: stream)) == 50_000) }
    #expect(service.endpoints.metrics.spooledBytes == 0)
  }

  @Test("has only so many bytes waiting for it, and none when it has gone", arguments: [0, 1 << 20, 5 << 20])
  func budget(bytes: Int) async throws {
    let service = try service { $0.maximumSpooledBytes = bytes }
    var streams: [EndpointBodyStream] = []
    for _ in 0..<4 { streams.append(try await unread("/metrics", service)) }
    // A part may be a little larger than what was set aside for it.
    #expect(service.endpoints.metrics.spooledBytes <= bytes + 64 << 10)
    #expect(service.endpoints.metrics.spooledBytes >= bytes - 512 << 10)
    for stream in streams.dropFirst(2) { stream.finished?() }
    for stream in streams.prefix(2) { #expect(try await count(rest(of: stream)) == 50_000) }
    #expect(service.endpoints.metrics.spooledBytes == 0)
  }

  @Test("makes room for another when there is no budget and no slot, and is cut short visibly")
  func letGo() async throws {
    let service = try service { settings in
      settings.maximumConcurrentScrapes = 2
      settings.maximumSpooledBytes = 0
    }
    let slow = try await unread("/metrics", service)
    _ = try await slow.next()
    let quick = try await unread("/metrics", service)
    for _ in 0..<5 { _ = try await quick.next() }
    // Readers are left alone for a moment at first, in which others are refused.
    let isServed = await eventually { (try? await count(service.get("/metrics").body)) == 50_000 }
    #expect(isServed)
    await #expect(throws: Scrape.LetGo.self) { _ = try await slow.next() }
    slow.finished?()
    #expect(try await quick.next() != nil)
    quick.finished?()
  }

  @Test("has a deadline for the whole, after which nothing waits for it", arguments: [0, 16 << 20])
  func deadline(spooled: Int) async throws {
    let service = try service { $0.maximumSpooledBytes = spooled }
    let slow = try await unread("/metrics", service)
    clock.advance(by: .seconds(119))
    #expect(try await slow.next() != nil)
    #expect(try await slow.next() != nil)
    clock.advance(by: .seconds(1))
    #expect(service.endpoints.metrics.spooledBytes == 0)
    await #expect(throws: Scrape.LetGo.self) { _ = try await slow.next() }
    slow.finished?()
  }
}
