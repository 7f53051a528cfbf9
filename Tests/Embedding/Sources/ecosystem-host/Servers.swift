// What do the two servers do, and what records them?

import AsyncHTTPClient
import Hummingbird
import Logging
import MailObservabilityHummingbird
import NIOCore
import NIOPosix
import ServiceLifecycle
import Synchronization

let logger: Logger = {
  var logger = Logger(label: "ecosystem-host")
  logger.logLevel = .error
  return logger
}()

/// The server that clients ask: our middleware, and Hummingbird's own for metrics.
func frontend(
  _ metrics: MetricsCollector, _ client: OtherService, onRunning: @escaping @Sendable (Int) -> Void
) throws -> some ApplicationProtocol {
  let router = Router(context: PeerRequestContext.self)
  router.add(middleware: try ObservabilityMiddleware(metrics))
  router.add(middleware: MetricsMiddleware())
  router.get("/orders/{id}") { _, context in
    try await client.stock(of: context.parameters.require("id"))
  }
  return Application(
    router: router, configuration: .init(address: .hostname("127.0.0.1", port: 0)),
    onServerRunning: { onRunning($0.localAddress?.port ?? 0) }, logger: logger)
}

/// The server that it asks: Hummingbird's own middlewares alone.
func backend(onRunning: @escaping @Sendable (Int) -> Void) -> some ApplicationProtocol {
  let router = Router()
  router.add(middleware: TracingMiddleware())
  router.add(middleware: MetricsMiddleware())
  router.get("/stock/{item}") { _, _ in "7" }
  return Application(
    router: router, configuration: .init(address: .hostname("127.0.0.1", port: 0)),
    onServerRunning: { onRunning($0.localAddress?.port ?? 0) }, logger: logger)
}

/// The other service, as the frontend sees it. Its client is shut down when the group ends.
final class OtherService: Service {
  private let client = HTTPClient(eventLoopGroup: .singletonMultiThreadedEventLoopGroup)
  private let portNumber = Atomic<Int>(0)

  var port: Int {
    get { portNumber.load(ordering: .acquiring) }
    set { portNumber.store(newValue, ordering: .releasing) }
  }

  func stock(of item: String) async throws -> String {
    let request = HTTPClientRequest(url: "http://127.0.0.1:\(port)/stock/\(item)")
    let answer = try await client.execute(request, timeout: .seconds(30))
    return String(buffer: try await answer.body.collect(upTo: 1 << 16))
  }

  func run() async throws {
    try? await gracefulShutdown()
    try await client.shutdown()
  }
}
