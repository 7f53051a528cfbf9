// How is the server put together and started?

import ObservabilityPlatform
import EndpointMessages
import ObservabilityHTTP
import HealthProbes
import MetricInstruments
import ObservabilityEndpoints
import ObservabilitySockets
import ProcessMetrics

extension MetricsCollector {
  /// Starts the server of `/metrics`, `/metrics.json`, `/debug/vars`, `/debug` and its pages, `/health`, `/ready`, `/live`,
  /// `/startup`, `/` and `/live-data`.
  ///
  /// It runs on a thread of its own, so probes are answered while the host has the cooperative pool
  /// exhausted. While it runs, health checks run in the background, and a liveness check named `executor`
  /// fails when the pool has run no task for ``MetricsConfig/executorThreshold``.
  ///
  /// A collector may have several servers, started and ended in any order. Each answers for itself whether it
  /// drains, whether the executor has passed its own threshold, and how many connections it has. The newest
  /// drives the checks and logs their changes.
  ///
  /// - Throws: ``MetricsConfigError`` for a setting that cannot be used or an address that cannot be bound;
  ///   it names both the value and the reason.
  public func startHTTPServer(
    _ config: MetricsConfig = MetricsConfig()
  ) async throws(MetricsConfigError) -> ObservabilityServer {
    try await startHTTPServer(config) { try SocketAddress.parse($0) }
  }

  /// - Parameter lookUp: reads the address; blocks as long as the system's resolver does.
  func startHTTPServer(
    _ config: MetricsConfig, lookUp: @escaping @Sendable (String) throws -> SocketAddress
  ) async throws(MetricsConfigError) -> ObservabilityServer {
    guard config.enabled else { return ObservabilityServer(disabled: health) }
    let config = try config.validated()
    let secrets = try await config.readSecretsElsewhere()
    do {
      // On a thread of its own, so that no other name that the resolver hangs on holds it up.
      let wanted = try await Task.detached {
        try await BlockingThreads(limit: 1, queueLimit: 1).run { try config.wantedListeners(lookUp: lookUp) }
      }.value
      return try await start(config, secrets, on: wanted)
    } catch let error as MetricsConfigError {
      throw error
    } catch {
      throw .failed(setting: "bindAddress", value: config.bindAddress, "cannot be used", error)
    }
  }

  private func start(
    _ config: MetricsConfig, _ secrets: SecretsInForce?, on wanted: [WantedListener]
  ) async throws -> ObservabilityServer {
    let loop = try EventLoop(name: "observability")
    let log = LogDelivery(to: config.log, timer: loop)
    let lease = health.makeLease()
    let connections = ServerCollector(namespace: registry.namespace)
    let live = config.keepsHistory ? liveHistory(HealthView(health, lease: lease)) : nil
    let endpoints = endpoints(
      config, secrets, HealthView(health, lease: lease), timer: loop, log: log, collectors: [connections],
      listeners: wanted.compactMap(\.routes), loop: loop, history: live)
    var configuration = HTTPServerConfiguration(listeners: wanted.map(\.source))
    configuration.limits = config.limits
    configuration.deadlines = config.deadlines
    configuration.classify = { endpoints.tag(of: $0) }
    configuration.isProbe = { endpoints.isProbe($0) }
    configuration.answerAtOnce = { endpoints.answerAtOnce($0) }
    let trusted = config.trustedNetworks
    configuration.isExemptFromAddressLimit = { $0.isOn(trusted) }
    let (driver, own, registry) = (healthDriver, own, registry)
    do {
      let server = try HTTPServer(
        configuration: configuration,
        observer: ServerRecorder(own: own, log: log, endpoints: endpoints), loop: loop,
        handler: { await endpoints.respond(to: $0) })
      let notifier = try config.systemdNotifier(HealthView(health, lease: lease), loop: loop, log: log)
      let bound = try await bind(server, wanted)
      let unknown = config.unknownChecks(of: health)
      // The last that can fail, so that a server which does not start has changed nothing.
      do throws(MetricsConfigError) {
        try config.configureChecks(of: health)
      } catch {
        await server.shutdown(gracePeriod: .zero)
        throw error
      }
      let problem = driver.begin(
        lease, on: loop, threshold: config.executorThreshold, log: log,
        onDelay: { own.executorDelay.observeWithoutExemplar($0) })
      // By the task that starts the server, whose own closure it is.
      if let problem { config.log(LogMessage(.warning, problem)) }
      if let unknown { config.log(unknown) }
      registerHealthCollector()
      connections.watch(server)
      notifier?.start()
      live?.start(on: loop)
      let ticks = registry.beginExemplarTicks(on: loop)
      return ObservabilityServer(
        server, boundAddresses: bound, settings: wanted.map(\.setting), health: health, lease: lease,
        notifier: notifier,
        onEnd: {
          notifier?.end()
          live?.stop()
          driver.end(lease)
          registry.endExemplarTicks(ticks)
          endpoints.stop()
          log.end()
        })
    } catch {
      endpoints.stop()
      log.end()
      loop.shutdown()
      throw error
    }
  }

  private func bind(
    _ server: HTTPServer, _ wanted: [WantedListener]
  ) async throws(MetricsConfigError) -> [SocketAddress] {
    do throws(BindFailure) {
      return try await server.bindAll()
    } catch {
      let (setting, value) =
        error.place < wanted.count
        ? (wanted[error.place].setting, wanted[error.place].value) : ("listeners", "\(wanted.count)")
      throw .failed(setting: setting, value: value, "cannot be used", error.error)
    }
  }

  /// - Parameters:
  ///   - listeners: what sockets besides the first serve.
  ///   - loop: what serves them, where that is the library's.
  ///   - history: what the live page shows; nil where there is none.
  func endpoints(
    _ config: MetricsConfig, _ secrets: SecretsInForce?, _ health: HealthView, timer: any OneShotTimer,
    log: LogDelivery,
    collectors: [any SynchronousCollector] = [], listeners: [ListenerRoutes] = [], loop: EventLoop? = nil,
    history: LiveHistory? = nil
  ) -> ObservabilityEndpoints {
    var settings = EndpointSettings()
    config.setPaths(of: &settings)
    settings.hasLivePage = history != nil
    if let history {
      let data = LiveData(
        self, history: history, health: health, names: (config.serviceName, config.version),
        tracesPath: config.routes.first(where: \.showsTraces)?.path)
      settings.liveData = { data.answer($0) }
    }
    settings.listeners = listeners
    settings.pages = pages
    settings.ownPages = ownPages(config, health, on: loop)
    settings.hostRouteDeadline = config.deadlines.handler
    settings.trust = Trust(
      networks: config.trustedNetworks, proxies: config.trustedProxies, hostNames: config.knownHostNames)
    settings.maximumConcurrentScrapes = config.maximumConcurrentScrapes
    settings.scrapeDeadline = config.scrapeDeadline
    settings.poolPatience = config.poolPatience
    settings.poolDelay = { [healthDriver] in healthDriver.poolDelay }
    settings.includesCreatedSamples = config.includesCreatedSamples
    settings.serviceName = config.serviceName
    settings.version = config.version
    settings.secrets = secrets
    settings.realm = "\(registry.namespace)-metrics"
    settings.ownCollectors = collectors
    if let secrets, secrets.hasFiles {
      settings.ownCollectors.append(CredentialsCollector(secrets, namespace: registry.namespace))
    }
    if config.includesProcessMetrics { settings.ownCollectors.append(ProcessCollector()) }
    if config.compressesAnswers {
      do throws(Gzip.Unavailable) {
        settings.gzip = try Gzip(library: config.compressionLibrary)
      } catch {
        log.send(.warning, "answers are not compressed: \(error.reason)")
      }
    }
    var observer = EndpointObserver()
    let (own, registry) = (own, registry)
    observer.scraped = { scrape in
      own.scrapes[scrape.form].increment()
      own.scrapeDuration.observeWithoutExemplar(scrape.duration)
      own.lastScrapeBytes.set(scrape.bytes)
      own.series.set(registry.seriesCount)
    }
    observer.log = { log.send(.warning, $0) }
    observer.logError = { log.send(.error, $0) }
    return ObservabilityEndpoints(
      registry: registry, variables: variables, health: health, timer: timer, settings: settings,
      observer: observer)
  }

  private func liveHistory(_ health: HealthView) -> LiveHistory {
    let delay: @Sendable () -> Duration = { [healthDriver] in healthDriver.poolDelay }
    return LiveHistory(LiveSeries(self, poolDelay: delay)) {
      let standing = health.standing
      var marks: HistoryMarks = []
      if standing.isDraining { marks.insert(.draining) }
      if standing.isInMaintenance { marks.insert(.maintenance) }
      if delay() >= LiveVerdict.patience { marks.insert(.stuck) }
      return marks
    }
  }

  func registerHealthCollector() {
    registry.set(own: HealthCollector(health: health, namespace: registry.namespace))
  }
}
