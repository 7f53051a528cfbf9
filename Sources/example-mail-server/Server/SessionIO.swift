// How do octets get from a connection into a session and back? With deadlines, and counted.

import MailObservability
import ObservabilitySockets

struct SessionIO: Sendable {
  enum Arrival {
    case bytes([UInt8])
    case timedOut
    case shutdown
    case clientLeft
  }

  let connection: Connection
  let mailProtocol: MailProtocol
  /// How long the client may take to read what it is sent.
  let timeout: Duration
  let metrics: MetricsCollector

  private static let readSize = 16 * 1024

  /// Waits for input, or for the reason why there will be none.
  func receive(by deadline: CommandDeadline) async -> Arrival {
    do {
      let bytes = try await connection.read(upTo: Self.readSize, deadline: deadline.instant)
      guard !bytes.isEmpty else { return .clientLeft }
      metrics.connections.bytes[mailProtocol, .received].increment(by: bytes.count)
      return .bytes(bytes)
    } catch is CancellationError {
      return .shutdown
    } catch let error as SocketError where error.code == .deadlineExceeded {
      return .timedOut
    } catch {
      return .clientLeft
    }
  }

  /// Sends what is in `output` and empties it; false when the client is gone.
  func send(_ output: inout [UInt8]) async -> Bool {
    guard !output.isEmpty else { return true }
    let bytes = output
    output = []
    do {
      try await connection.write(bytes, deadline: .now + timeout)
      metrics.connections.bytes[mailProtocol, .sent].increment(by: bytes.count)
      return true
    } catch {
      return false
    }
  }

  /// Lets a client that is still sending read our last words: closing with unread input would reset the
  /// connection and take them away.
  func finish() async {
    connection.shutdownWrite()
    let deadline = ContinuousClock.now + .seconds(1)
    var octets = 0
    while octets < 1024 * 1024,
      let bytes = try? await connection.read(upTo: Self.readSize, deadline: deadline),
      !bytes.isEmpty
    {
      octets += bytes.count
    }
  }
}
