// How does Hummingbird 2 answer the same request? By a route of its router, with the same fields and body.
// Prints its port.

import Hummingbird
import HummingbirdCore
import Logging

#if canImport(Darwin)
  import Darwin
#elseif canImport(Musl)
  import Musl
#else
  import Glibc
#endif

let router = Router()
router.get("/live") { _, _ in
  Response(
    status: .ok,
    headers: [
      .contentType: "application/json", .cacheControl: "no-store", .xContentTypeOptions: "nosniff",
      .vary: "Accept",
    ],
    body: ResponseBody(byteBuffer: ByteBuffer(string: #"{"alive":true}"#)))
}
var logger = Logger(label: "peer")
logger.logLevel = .error
let app = Application(
  router: router,
  server: .http1(configuration: .init(idleTimeout: .seconds(60))),
  configuration: .init(
    address: .hostname("127.0.0.1", port: 0),
    // As many connections as the library's default limit and its reserve.
    availableConnectionsDelegate: MaximumAvailableConnections(272)),
  onServerRunning: { channel in
    print(channel.localAddress?.port ?? 0)
    fflush(nil)
  },
  logger: logger)
try await app.runService()
