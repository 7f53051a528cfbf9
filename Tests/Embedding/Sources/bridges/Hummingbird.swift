// Do the documentation's blocks about Hummingbird compile?

import Hummingbird
import HummingbirdCore
import MailObservabilityHummingbird
import NIOCore

func hummingbird() async throws {
  let metrics = try MetricsCollector(version: "1.4.0")
  let watch = try metrics.watchExecutor()  // so that liveness can tell that no task runs
  defer { watch.end() }
  var config = MetricsConfig()
  config.pathPrefix = "/internal"  // /internal/metrics, /internal/live, and the page at /internal
  let endpoints = try metrics.endpoints(config)

  let router = Router(context: PeerRequestContext.self)
  router.mount(endpoints)  // what is there before the middleware is not recorded
  router.add(middleware: try ObservabilityMiddleware(metrics))
  router.get("/users/{id}") { _, context in try context.parameters.require("id") }
  let server = HTTPServerBuilder.http1(
    configuration: .init(additionalChannelHandlers: [ObservabilityProbeHandler(endpoints)]))
  try await Application(router: router, server: server).runService()
}

struct HostContext: RequestContext, RemoteAddressRequestContext {
  var coreContext: CoreRequestContextStorage
  let remoteAddress: SocketAddress?

  init(source: ApplicationRequestContextSource) {
    coreContext = .init(source: source)
    remoteAddress = source.channel.remoteAddress
  }
}

func recorded(_ metrics: MetricsCollector) throws -> Router<PeerRequestContext> {
  let endpoints = try metrics.endpoints()
  let router = Router(context: PeerRequestContext.self)
  router.mount(endpoints)  // what comes before the middleware is not recorded
  router.add(middleware: try ObservabilityMiddleware(metrics))
  router.get("/users/{id}") { _, context in try context.parameters.require("id") }
  return router
}

func withProbes(_ endpoints: MetricsEndpoints) -> HTTPServerBuilder {
  let server = HTTPServerBuilder.http1(
    configuration: .init(additionalChannelHandlers: [ObservabilityProbeHandler(endpoints)]))
  return server
}
