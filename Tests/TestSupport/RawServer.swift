// How does a test play a server that answers each request as it likes, for as long as it likes?

import ObservabilityPlatform
import Synchronization

/// Reads requests with a `Content-Length` on every connection, and does with each what it is told to. Ends with
/// ``stop()``.
package final class RawServer: Sendable {
  package struct Request: Sendable {
    /// The request line and the header section.
    package let head: String
    package let body: [UInt8]
  }

  package enum Reaction: Sendable {
    case answer([UInt8])
    /// A byte at a time, with a pause between.
    case trickle([UInt8])
    /// Nothing, for as long as there is a connection.
    case hang
    /// The connection is reset after those bytes.
    case reset([UInt8])
  }

  private struct Counts {
    var requests = 0
    var atOnce = 0
    var mostAtOnce = 0
  }

  private let server: ScriptedServer
  private let counts: Locked<Counts>
  private let isStopped = Atomic(false)

  /// - Parameter react: called on a thread of the connection's.
  package init(_ react: @escaping @Sendable (Request) -> Reaction) {
    let counts = Locked(Counts())
    self.counts = counts
    let script: ScriptedServer.Script = { peer in
      while let (head, body) = peer.readRequest() {
        counts.withLock { counts in
          counts.requests += 1
          counts.atOnce += 1
          counts.mostAtOnce = max(counts.mostAtOnce, counts.atOnce)
        }
        let goesOn = RawServer.perform(react(Request(head: head, body: body)), peer)
        counts.withLock { $0.atOnce -= 1 }
        if !goesOn { break }
      }
    }
    server = ScriptedServer(Array(repeating: script, count: 1024))
  }

  package var port: UInt16 { server.port }
  /// Connections that were taken, and requests that were read whole.
  package var connections: Int { server.accepted }
  package var requests: Int { counts.withLock { $0.requests } }
  /// The most requests that were being answered at one time.
  package var mostAtOnce: Int { counts.withLock { $0.mostAtOnce } }

  /// Closes everything: later connections are refused.
  package func stop() {
    if !isStopped.exchange(true, ordering: .relaxed) { server.stop() }
  }

  /// False when the connection is over.
  private static func perform(_ reaction: Reaction, _ peer: ScriptedPeer) -> Bool {
    switch reaction {
    case .answer(let bytes): return peer.send(bytes)
    case .trickle(let bytes):
      for byte in bytes {
        guard peer.send([byte]) else { return false }
        usleep(20_000)
      }
      return true
    case .hang:
      peer.waitForEnd()
      return false
    case .reset(let bytes):
      peer.send(bytes)
      peer.resetAtEnd()
      return false
    }
  }
}
