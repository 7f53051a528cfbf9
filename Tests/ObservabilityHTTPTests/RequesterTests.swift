// Does a client get the answers of a server that behaves, on as few connections as it can?

import EndpointMessages
import ObservabilitySockets
import TestSupport
import Testing

@testable import ObservabilityHTTP

private let fine = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"

@Suite("The client", .timeLimit(.minutes(30)))
struct RequesterTests {
  @Test("Requests follow one another on one connection")
  func kept() async throws {
    try await withRequester([{ $0.answerAll(fine) }]) { client in
      for _ in 0..<3 {
        let result = await client.post()
        #expect(result.status == 200 && result.body == "ok", "\(result)")
        #expect(await client.onLoop { $0.isConnected })
      }
      #expect(client.server.accepted == 1)
    }
  }
}
