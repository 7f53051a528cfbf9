// Does every public type stand by its bare name beside the libraries that a host uses?

// Each import is here for its names.
import AsyncHTTPClient
import Foundation
import Hummingbird
import Logging
import MailObservability
import MailObservabilityDistributedTracing
import MailObservabilityHummingbird
import MailObservabilityOTLPGRPC
import MailObservabilityOTLPTLS
import MailObservabilityServiceLifecycle
import MailObservabilitySwiftLog
import MailObservabilitySwiftMetrics
import MailObservabilityTesting
import MetricParsing
import Metrics
import ServiceLifecycle
import Tracing

/// One property of each public type of this package.
///
/// swift-metrics has a `Counter` and a `Gauge` too. Where both modules are imported, the name of the module says which
/// is meant; calls such as `registry.register(.counter(…))` need it nowhere.
struct EveryType {
  var accessRule: AccessRule?
  var aliasHook: AliasHook?
  var aliasHookResult: AliasHookResult?
  var authenticationMechanism: AuthenticationMechanism?
  var authenticationMetrics: AuthenticationMetrics?
  var authenticationResult: AuthenticationResult?
  var blockingCallError: BlockingCallError?
  var blockingCalls: BlockingCalls?
  var boundedFamily: BoundedFamily<MailObservability.Counter, String>?
  var bucketBounds: BucketBounds?
  var buildMetrics: BuildMetrics?
  var catalogueBuckets: CatalogueBuckets?
  var checkResult: CheckResult?
  var closedFamily: ClosedFamily<MailObservability.Counter, MailProtocol>?
  var closedFamily2: ClosedFamily2<MailObservability.Gauge, MailProtocol, QueueState>?
  var closedFamily3: ClosedFamily3<MailObservability.Counter, MailProtocol, QueueState, TLSUse>?
  var closedLabel: (any ClosedLabel)?
  var collectedFamily: CollectedFamily?
  var collectedSample: CollectedSample?
  var collector: (any Collector)?
  var connectionDirection: ConnectionDirection?
  var connectionMetrics: ConnectionMetrics?
  var counter: MailObservability.Counter?
  var countingLogHandler: CountingLogHandler?
  var daneResult: DANEResult?
  var debugPage: DebugPage?
  var debugPageError: DebugPageError?
  var debugPageValue: (any DebugPageValue)?
  var debugPages: DebugPages?
  var deliveryFailure: DeliveryFailure?
  var deliveryMetrics: DeliveryMetrics?
  var deliveryResult: DeliveryResult?
  var distributedSpan: DistributedSpan?
  var distributedTracer: DistributedTracer?
  var doubleVariable: DoubleVariable?
  var endpointBody: EndpointBody?
  var endpointBodyStream: EndpointBodyStream?
  var endpointFields: EndpointFields?
  var endpointPeer: EndpointPeer?
  var endpointQuery: EndpointQuery?
  var endpointRefusal: EndpointRefusal?
  var endpointRequest: EndpointRequest?
  var endpointRequestError: EndpointRequestError?
  var endpointResponse: EndpointResponse?
  var endpointRoute: EndpointRoute?
  var executorWatch: ExecutorWatch?
  var exemplar: Exemplar?
  var exportTransport: ExportTransport?
  var expositionError: ExpositionError?
  var expositionParser: ExpositionParser?
  var familySelection: FamilySelection?
  var filesystemReading: FilesystemReading?
  var gauge: MailObservability.Gauge?
  var gaugeGuard: GaugeGuard?
  var healthCheck: HealthCheck?
  var healthcheckOutcome: HealthcheckOutcome?
  var healthCheckReport: HealthCheckReport?
  var healthError: HealthError?
  var healthObserver: HealthObserver?
  var healthProbe: HealthProbe?
  var healthRegistry: HealthRegistry?
  var healthReport: HealthReport?
  var healthResult: HealthResult?
  var healthState: HealthState?
  var healthStatistics: HealthStatistics?
  var healthStatus: HealthStatus?
  var healthTransition: HealthTransition?
  var histogram: Histogram?
  var histogramSnapshot: HistogramSnapshot?
  var hookResult: HookResult?
  var hostSetting: HostSetting?
  var httpServerDeadlines: HTTPServerDeadlines?
  var httpServerLimits: HTTPServerLimits?
  var httpSpanDetails: HTTPSpanDetails?
  var imapCommand: IMAPCommand?
  var imapMetrics: IMAPMetrics?
  var imapResult: IMAPResult?
  var infoMetric: InfoMetric?
  var integerVariable: IntegerVariable?
  var ipNetwork: IPNetwork?
  var jmapMetrics: JMAPMetrics?
  var keptTraces: KeptTraces?
  var listenerConfig: ListenerConfig?
  var listenerConfigRoutes: ListenerConfig.Routes?
  var logMessage: LogMessage?
  var logMessageCounter: LogMessageCounter?
  var mailMetrics: MailMetrics?
  var mailProtocol: MailProtocol?
  var mailSpan: MailSpan?
  var mailTracing: MailTracing?
  var manualClock: ManualClock?
  var mapNumber: MapNumber?
  var mapVariable: MapVariable?
  var metricDeclaration: MetricDeclaration<MailObservability.Counter>?
  var metricFinding: MetricFinding?
  var metricGroup: MetricGroup?
  var metricInstrument: MetricInstrument?
  var metricLinter: MetricLinter?
  var metricsCollector: MetricsCollector?
  var metricsConfig: MetricsConfig?
  var metricsConfigError: MetricsConfigError?
  var metricsEndpoints: MetricsEndpoints?
  var metricsTestError: MetricsTestError?
  var metricType: MetricType?
  var monotonicClock: MonotonicClock?
  var mtastsCacheMetrics: MTASTSCacheMetrics?
  var mtastsMode: MTASTSMode?
  var observabilityMiddleware: ObservabilityMiddleware<PeerRequestContext>?
  var observabilityProbeHandler: ObservabilityProbeHandler?
  var observabilityServer: ObservabilityServer?
  var observabilityService: ObservabilityService?
  var outgoingTLSStatus: OutgoingTLSStatus?
  var parsedExposition: ParsedExposition?
  var peerRequestContext: PeerRequestContext?
  var policyMetrics: PolicyMetrics?
  var probeCounts: ProbeCounts?
  var probeSet: ProbeSet?
  var publishedVariables: PublishedVariables?
  var pushMetrics: PushMetrics?
  var queueMetrics: QueueMetrics?
  var queueState: QueueState?
  var readinessService: ReadinessService?
  var recipientKind: RecipientKind?
  var registrationError: RegistrationError?
  var registry: Registry?
  var registryMetricsFactory: RegistryMetricsFactory?
  var senderCheckResult: SenderCheckResult?
  var smtpCommand: SMTPCommand?
  var smtpConnectionRejection: SMTPConnectionRejection?
  var smtpMessageRejection: SMTPMessageRejection?
  var smtpMetrics: SMTPMetrics?
  var spanID: SpanID?
  var spanLimits: SpanLimits?
  var spanStatistics: SpanStatistics?
  var spanTracer: SpanTracer?
  var sparseFamily: SparseFamily<MailObservability.Counter>?
  var stateSet: StateSet<QueueState>?
  var storageMetrics: StorageMetrics?
  var storageOperation: StorageOperation?
  var stringVariable: StringVariable?
  var tlsMetrics: TLSMetrics?
  var tlsUse: TLSUse?
  var topList: TopList?
  var topLists: TopLists?
  var topListSettings: TopListSettings?
  var traceAttributeConvertible: (any TraceAttributeConvertible)?
  var traceAttributeElement: (any TraceAttributeElement)?
  var traceContext: TraceContext?
  var traceFlags: TraceFlags?
  var traceID: TraceID?
  var traceSampler: TraceSampler?
  var traceSpan: TraceSpan?
  var traceState: TraceState?
  var tracingConfig: TracingConfig?
  var tracingService: TracingService?
  var transferDirection: TransferDirection?
  var transitionCounts: TransitionCounts?
  var wrongProtocol: WrongProtocol?
}

/// The standard library's span of memory. The name alone is Tracing's where that is imported.
func length(of bytes: Swift.Span<UInt8>) -> Int { bytes.count }
