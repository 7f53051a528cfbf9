// What can be set about the HTTP server?

public import HealthProbes
import ObservabilityPlatform
public import ObservabilityHTTP
public import ObservabilityEndpoints

/// How the observability server listens and answers.
///
/// ```swift
/// var config = MetricsConfig(bindAddress: "127.0.0.1:9090")
/// config.serviceName = "mx1"
/// ```
public struct MetricsConfig: Sendable {
  /// Whether there is a listener at all.
  public var enabled: Bool
  /// `host:port`, `[v6]:port`, `unix:/path` or `systemd:NAME`; port 0 takes a free one. A kubelet probes the address
  /// of the pod, so in Kubernetes this is `0.0.0.0:9090` or `[::]:9090`, or one of the ``listeners`` is.
  ///
  /// `[::]` has IPv4 too, unless another listener has that port of IPv4. The file of a Unix socket is replaced when
  /// nobody listens on it any more, and removed at the end if it is still the server's own; what is no socket, or is
  /// somebody's, is left alone and an error. `systemd:NAME` is every listening stream socket that the process has
  /// inherited under that name (`FileDescriptorName=` of a socket unit, by `LISTEN_FDS`); sockets of other names are
  /// not touched.
  public var bindAddress: String
  /// Whether systemd is told of this server, where it has started the process and asks for it (`NOTIFY_SOCKET`); elsewhere
  /// nothing happens. Off by default, since some hosts tell systemd themselves: set it in one of the two places.
  ///
  /// `READY=1` when `/ready` passes for the first time, `STATUS=` with the first check that keeps it from that,
  /// `STOPPING=1` when the server or ``MetricsCollector/health`` drains, and `WATCHDOG=1` at least twice as often as the unit's
  /// `WatchdogSec=` asks, as long as `/live` passes: a stuck executor is restarted by systemd too. See
  /// ``ObservabilityServer/reload(_:)``. One server of a process at a time. What is wrong with systemd's side is logged, and
  /// nothing waits for it.
  public var notifiesSystemd = false
  /// Further listeners, each with routes of its own: at most 15. All of them are bound, or none is.
  public var listeners: [ListenerConfig] = []
  /// The permissions of the files of Unix sockets, such as `0o660`, in force before anybody can connect; nil leaves
  /// them to the umask. Not of inherited ones.
  public var socketMode: UInt16?
  /// Where the exposition is, below ``pathPrefix``; not one of the other routes.
  public var path: String
  /// What every path begins with, such as `/internal`: then probes are at `/internal/live`. Empty, or a path of
  /// plain ASCII without a slash at its end. Links on the page are relative and lead right also when a proxy
  /// takes something away.
  public var pathPrefix = ""
  /// Further paths of probes, below ``pathPrefix``: by default those of the Kubernetes API server. Checks lie
  /// below them too, `/readyz/storage`.
  public var probeAliases: [String: HealthProbe] = ["/healthz": .health, "/readyz": .ready, "/livez": .live]
  /// What the host serves besides, below ``pathPrefix``; with the ``probeAliases`` at most 200.
  public var routes: [EndpointRoute] = []

  /// Whose requests see details, such as why a check fails. By default this machine; Unix sockets always.
  ///
  /// An address alone is not enough. A request that has been forwarded, by its `Forwarded`, `X-Forwarded-…`,
  /// `X-Real-IP` or `Via`, is trusted only when it comes from ``trustedProxies``. One that does not come by a
  /// Unix socket has to ask, in `Host`, for an IP address, `localhost` or one of ``hostNames``: otherwise any
  /// web page could read the details with the browser of somebody who is trusted (DNS rebinding).
  public var trustedNetworks: [IPNetwork] = IPNetwork.loopback
  /// Reverse proxies that decide by themselves who may ask: their addresses. What they forward is trusted like
  /// their own requests, if they are on ``trustedNetworks``. Empty by default. A proxy that adds none of the
  /// fields is not noticed: do not let one forward `/metrics.json`, `/debug/vars` or `?verbose`.
  public var trustedProxies: [IPNetwork] = []
  /// The names under which trusted clients ask for this server, such as `mx1.example.com`, without a port. The
  /// ones in addresses to listen at are known without being listed. Upper and lower case are the same.
  public var hostNames: [String] = []
  /// Whose password is asked for at ``path``, and where ``access`` says so; nil asks for none. Nothing of it is
  /// encrypted on the way.
  public var basicAuth: BasicAuth?
  /// Tokens that are as good as the password: at most 16, so that an old one and a new one may both hold for a while.
  public var bearerTokens: [BearerToken] = []
  /// Whom routes answer, by their paths below ``pathPrefix``, where that is to be other than it is: ``path``
  /// ``AccessRule/everybody``, or ``AccessRule/credentials`` where there are any, `/metrics.json` and what begins with
  /// `/debug` ``AccessRule/trusted``, the page and the probes ``AccessRule/everybody``, routes of the host as they say.
  ///
  /// A probe's rule holds for its ``probeAliases`` too, unless they have their own, and for each of its checks. No
  /// kubelet has credentials or is at a trusted address. `/metrics.json` is by address alone: a rule with credentials
  /// is refused, and so is one for a path of no route.
  ///
  /// ```swift
  /// config.access["/metrics"] = .trusted.orCredentials  // this machine, and whoever has credentials
  /// config.access["/health"] = .trusted
  /// ```
  public var access: [String: AccessRule] = [:]
  /// How many scrapes may be under way; a further one is answered 503 with `Retry-After`.
  public var maximumConcurrentScrapes = 4
  /// The longest that collectors and encoding may take, if the scraper does not ask for less.
  public var scrapeDeadline: Duration = .seconds(20)
  /// Whether OpenMetrics has a `_created` sample for each counter and histogram.
  public var includesCreatedSamples = false
  /// Whether a scrape says what the process uses and may use: processor time, memory, descriptors, the bytes of its network
  /// and what its control groups say, as `process_…` without a namespace; <doc:ProcessMetrics> lists them.
  ///
  /// Read from the system at each scrape, where it tells. A metric of the host's under one of the names is shown in place of the
  /// library's, and `collector_success{collector="process_metrics"}` is 0 then: switch one of the two off.
  public var includesProcessMetrics = true
  /// Whether the server keeps the last day of the key series in memory, and shows them: then `/` is a live page for those
  /// whom ``access`` of `/live-data` admits, by default trusted addresses, and the plain page for others.
  ///
  /// Less than 2 MiB, allocated at the start. What was kept is gone with the server. See <doc:LivePage>.
  public var keepsHistory = true
  /// Whether metrics are sent as gzip to clients that accept it, unless they are small.
  ///
  /// Done by the system's zlib, which is opened when the server is started. Where there is none, answers are sent as
  /// they are, and ``log`` says so.
  public var compressesAnswers = true
  /// The name of zlib.
  package var compressionLibrary = Gzip.systemLibrary
  /// How long the Swift executor may run no task before `/live` answers 503, by a check named `executor`; at
  /// least 10 ms.
  ///
  /// Time in which the process itself did not run (stopped, paused, throttled) does not count. A third of it
  /// is a warning. nil: no such check, for a host that blocks the cooperative pool on purpose; the delays are
  /// measured anyway.
  public var executorThreshold: Duration? = .seconds(30)
  /// How long the cooperative pool may run nothing before a scrape waits no longer for what needs it.
  package var poolPatience: Duration = .milliseconds(500)
  /// What takes the place of the settings of health checks, by the checks' names: what an operator switches
  /// off or gives more time. Applied when the server is started, to checks that are added later as well; see
  /// `configure(_:)` of ``HealthRegistry``.
  public var healthChecks: [String: HealthCheck.Overrides] = [:]
  /// Caps on what clients may use.
  public var limits = HTTPServerLimits()
  /// How long clients may take.
  public var deadlines = HTTPServerDeadlines()
  /// The name on the page for people and in health documents.
  public var serviceName = "mail server"
  /// The version there.
  public var version = ""
  /// The command line that `/debug/flags` shows, the program's name first: `CommandLine.arguments`. Empty, the default, for
  /// none.
  ///
  /// Left out are the values of ``secretOptions``, and what looks like a secret: of options whose names say so (`--password`,
  /// `--token`, `--key` and the like), behind a name and a colon unless it may be a port, in the user and the query of a URL,
  /// hashes, and long random texts. Name the others: no library knows a password by its looks.
  public var commandLine: [String] = []
  /// Options of ``commandLine`` whose values are secrets, such as `--user` or `-p`: also where the value follows one of a single
  /// letter at once. Case is not looked at.
  public var secretOptions: Set<String> = []
  /// What of the host's own configuration `/debug/config` shows beside the library's: at most 1,000 settings, and 128 KiB of
  /// them.
  public var hostSettings: [HostSetting] = []
  /// What variables of the environment have said.
  var asRead: ReadSettings<MetricsConfig>?
  /// Hears of what the library would otherwise print: checks that fail, turn slow and come back, failing
  /// collectors, errors of the listener.
  ///
  /// Called once at a time, in order, on a thread of its own, so that it may block: at most 256 messages wait
  /// for it. Of messages that are about one thing up to five different ones are shown in ten seconds, the
  /// rest as one message that ends in `(and 412 like it)`.
  public var log: @Sendable (LogMessage) -> Void = { _ in }

  /// A configuration with the defaults for everything else.
  public init(
    enabled: Bool = true, bindAddress: String = "127.0.0.1:9090", path: String = "/metrics",
    basicAuth: BasicAuth? = nil
  ) {
    self.enabled = enabled
    self.bindAddress = bindAddress
    self.path = path
    self.basicAuth = basicAuth
  }
}
