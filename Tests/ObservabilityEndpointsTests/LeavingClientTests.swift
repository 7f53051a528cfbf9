// Does a client that goes, whenever it goes, leave everything to the next?

import EndpointMessages
import MetricInstruments
import ObservabilityPlatform
import TestSupport
@testable import ObservabilityEndpoints
import Testing

@Suite("A client that goes")
struct LeavingClientTests {
  /// How far its scrape has come.
  enum Stage: CaseIterable {
    /// Before anything is done.
    case atOnce
    case whileCollectorsAreAsked
    /// Another scrape has the encoding thread.
    case whileItWaitsForItsTurn
    case whileItIsEncoded
    case beforeTheFirstPart, afterTheFirstPart, betweenLaterParts, beforeTheEnd, afterTheEnd
    /// While the encoding thread is at the part that it waits for.
    case whileAPartIsEncoded
  }

  /// One of the library's own, read on the encoding thread, for as long as the test wants.
  private final class Own: SynchronousCollector {
    let name = "own"
    let isHeld = Locked(false)
    let reads = FlagCount()

    func read() -> [CollectedFamily] {
      reads.add()
      while isHeld.withLock({ $0 }) { usleep(1000) }
      return []
    }
  }

  private struct Host: Collector {
    let name = "host"
    let gate = Gate()
    func collect() async -> [CollectedFamily] {
      await gate.pass()
      return []
    }
  }

  private let own = Own()
  private let host = Host()
  private let service: Service

  init() throws { service = try LeavingClientTests.service(own, host, spooled: 300 << 10) }

  private static func service(_ own: Own, _ host: Host, spooled: Int) throws -> Service {
    let service = try Service { settings in
      settings.maximumConcurrentScrapes = 2
      settings.maximumSpooledBytes = spooled
    }
    let family = try service.registry.register(.counter("x_total", help: ""), byBounded: "n", limit: 10_000)
    let length = String(repeating: "x", count: 120)
    for number in 0..<10_000 { family["series number \(number) \(length)"].increment() }
    service.registry.set(own: own)
    try service.registry.add(host)
    host.gate.open()
    return service
  }

  private func stream(_ path: String) async throws -> EndpointBodyStream {
    let response = await service.endpoints.respond(to: try EndpointRequest(target: path, peer: .unix))
    guard case .stream(let stream) = response.body else { throw Unexpected() }
    return stream
  }
  private struct Unexpected: Error {}

  /// Lets a client come as far as that, and go.
  private func leave(at stage: Stage, _ path: String, isTold: Bool) async throws {
    func cancelled(when isThere: @Sendable () async -> Bool) async throws {
      let scrape = Task { [service] in
        await service.endpoints.respond(to: try EndpointRequest(target: path, peer: .unix))
      }
      let isThere = await eventually(isThere)
      #expect(isThere)
      scrape.cancel()
      own.isHeld.withLock { $0 = false }
      host.gate.open()
      if case .stream(let stream) = try await scrape.value.body, isTold { stream.finished?() }
    }
    let (reads, visits) = (own.reads.value, host.gate.visits)
    switch stage {
    case .atOnce: try await cancelled { true }
    case .whileCollectorsAreAsked:
      host.gate.close()
      try await cancelled { [host] in host.gate.visits > visits }
    case .whileItIsEncoded:
      own.isHeld.withLock { $0 = true }
      try await cancelled { [own] in own.reads.value > reads }
    case .whileItWaitsForItsTurn:
      own.isHeld.withLock { $0 = true }
      async let first = service.get(path)
      let isEncoded = await eventually { [own] in own.reads.value > reads }
      #expect(isEncoded)
      try await cancelled { [host] in host.gate.visits > visits + 1 }
      #expect(try await first.status == 200)
    case .whileAPartIsEncoded:
      let stream = try await stream(path)
      // The second part is encoded already, and there is no room for a third.
      for _ in 0..<2 { _ = try await stream.next() }
      let next = Task { try await stream.next() }
      next.cancel()
      if isTold { stream.finished?() }
      _ = try? await next.value
    case .beforeTheFirstPart, .afterTheFirstPart, .betweenLaterParts, .beforeTheEnd, .afterTheEnd:
      let stream = try await stream(path)
      let parts: Int? =
        switch stage {
        case .beforeTheFirstPart: 0
        case .afterTheFirstPart: 1
        case .betweenLaterParts: 3
        default: nil
        }
      if let parts {
        for _ in 0..<parts { #expect(try await stream.next() != nil) }
      } else {
        var read = 0
        while read < 1_000_000, let part = try await stream.next() { read += part.count }
        if stage == .afterTheEnd { while try await stream.next() != nil {} }
      }
      // More than once is as good as once.
      if isTold { for _ in 0..<3 { stream.finished?() } }
    }
  }

  @Test(
    "leaves its slot and the bytes that waited for it, whenever it goes and whether or not anybody says so",
    arguments: Stage.allCases, ["/metrics", "/metrics.json"])
  func leaves(stage: Stage, path: String) async throws {
    for isTold in [true, false, true] {
      try await leave(at: stage, path, isTold: isTold)
      let metrics = service.endpoints.metrics
      let isFree = await eventually { metrics.slotsInUse == 0 && metrics.spooledBytes == 0 }
      #expect(isFree)
      // And nothing was given back that somebody else had.
      let streams = try await (stream(path), stream(path))
      #expect(metrics.slotsInUse == 2)
      #expect(metrics.spooledBytes > 0)
      for stream in [streams.0, streams.1] {
        var body = ""
        while let part = try await stream.next() { body += String(decoding: part, as: UTF8.self) }
        stream.finished?()
        #expect(body.split(separator: "series number ").count == 10_001)
      }
      #expect(metrics.slotsInUse == 0 && metrics.spooledBytes == 0)
    }
  }
}
