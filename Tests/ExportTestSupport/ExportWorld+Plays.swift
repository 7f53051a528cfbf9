// What does a test do with an export and a collector, whatever carries the spans?

package import ObservabilityPlatform
package import OTLPExport
package import TestSupport

/// Whom a client trusts, and who it is itself, to a collector of ``TestCertificates``.
package enum TrustCase: CaseIterable, Sendable {
  case byRoot, byOtherRoot, byTheSystem, byName, byWrongName, withoutClient, withClient

  /// Whether the two get on.
  package var isTrusted: Bool { [.byRoot, .byName, .withClient].contains(self) }
  /// Whether the collector asks for the client's certificate.
  package var asksClients: Bool { self == .withoutClient || self == .withClient }
  /// Whether the collector's certificate is for its address as well.
  package var hasAddress: Bool { self != .byName && self != .byWrongName }

  /// Makes it so for a client that trusts ``TestCertificates/root``.
  package func change(_ tls: inout TLSMaterial) {
    switch self {
    case .byRoot, .withoutClient: break
    case .byOtherRoot: tls.trustRoots = Array(TestCertificates.otherRoot.utf8)
    case .byTheSystem: tls.trustRoots = nil
    case .byName: tls.serverName = "collector.example"
    case .byWrongName: tls.serverName = "other.example"
    case .withClient:
      tls.certificates = Array(TestCertificates.client.utf8)
      tls.privateKey = Array(TestCertificates.clientKey.utf8)
    }
  }
}

extension ScriptedServer {
  /// One that speaks another protocol than clients expect, or none.
  package static func ofAnotherProtocol(isSilent: Bool) -> ScriptedServer {
    ScriptedServer(
      Array(
        repeating: { peer in
          if !isSilent { peer.send("HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\n\r\n") }
          peer.waitForEnd()
        }, count: 1024))
  }
}

/// Each ends the export and the collector, and returns what was not as it should be.
extension ExportWorld {
  package func play(_ trust: TrustCase, by collector: any TestCollector) async -> [String] {
    var problems: [String] = []
    record(512)
    let isSettled = await pass { self.export.statistics.totals.settled == 512 }
    let (totals, said) = (export.statistics.totals, said.withLock { $0 })
    if !isSettled || totals.exported != (trust.isTrusted ? 512 : 0) { problems.append("\(totals)") }
    if collector.requests != (trust.isTrusted ? 1 : 0) { problems.append("\(collector.requests) requests") }
    if said.isEmpty != trust.isTrusted { problems.append("said: \(said)") }
    await export.shutdown(within: .zero)
    collector.stop()
    return problems
  }

  /// The collector is unavailable, and then is back.
  ///
  /// - Parameter status: how the protocol names that it is unavailable.
  package func playRecovery(
    by collector: any TestCollector, _ behaviour: Locked<CollectorBehaviour>, status: String
  ) async -> [String] {
    var problems: [String] = []
    behaviour.withLock { $0 = .unavailable }
    record(512)
    let isRetried = await pass { collector.requests >= 2 }
    behaviour.withLock { $0 = .accepts }
    let isSettled = await pass { self.export.statistics.totals.settled == 512 }
    let (totals, said) = (export.statistics.totals, said.withLock { $0 })
    if !isRetried || !isSettled || totals.exported != 512 { problems.append("\(totals)") }
    let expected = [
      "spans cannot be exported: the collector has answered \(status)", "the collector takes spans again",
    ]
    if said != expected { problems.append("said: \(said)") }
    await export.shutdown(within: .seconds(3600))
    collector.stop()
    return problems
  }

  /// Each request has ``CollectorBehaviour/secret`` in a header field, which may be in nothing that is said.
  package func playSecret(
    _ behaviour: CollectorBehaviour, by collector: any TestCollector
  ) async -> [String] {
    if behaviour == .refusesConnections { collector.stop() }
    record(512)
    let hangs = { @Sendable in behaviour.hangs && collector.requests > 0 }
    let isSettled = await pass(whileHanging: hangs) { self.export.statistics.totals.settled == 512 }
    await export.shutdown(within: .zero)
    collector.stop()
    return said.withLock { $0 }.filter { $0.contains(CollectorBehaviour.secret) }
      + (isSettled ? [] : ["not settled"])
  }

  /// Nothing of an answer can be read, and nothing ends by itself.
  package func play(anotherProtocolOf server: ScriptedServer) async -> [String] {
    var problems: [String] = []
    record(512)
    let hangs = { @Sendable in server.accepted > 0 }
    let isSettled = await pass(whileHanging: hangs) { self.export.statistics.totals.settled == 512 }
    let totals = export.statistics.totals
    if !isSettled || totals.dropped != 512 || !isAccountedFor { problems.append("\(totals)") }
    await export.shutdown(within: .zero)
    if await !eventually({ server.clients == 0 }) { problems.append("\(server.clients) connections") }
    server.stop()
    return problems
  }

  /// Every thread of the cooperative pool is blocked, from before a span is recorded until the export has ended. The
  /// collector goes on.
  package func playBlockedPool() async -> [String] {
    await onThread { [self] in
      let blocking = blockPool()
      record(512)
      let began = ContinuousClock.now
      while export.statistics.totals.exported < 512, ContinuousClock.now - began < patience { usleep(1000) }
      let isOver = Flag()
      Task(executorPreference: loop) { [self] in
        await export.shutdown(within: .seconds(600))
        isOver.set()
      }
      isOver.waitBlocking()
      let totals = export.statistics.totals
      blocking.set()
      return totals.exported == 512 ? [] : ["\(totals)"]
    }
  }
}
