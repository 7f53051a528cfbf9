// Does the catalogue have the families that it promises?

@testable import MailObservability
import MetricInstruments
import TestSupport
import Testing

@Suite("The catalogue")
struct CatalogueTests {
  @Test("has every family that the documentation lists, by name and type")
  func families() throws {
    let metrics = try MetricsCollector()
    var expected: [String: MetricType] = [:]
    for line in catalogue.split(separator: "\n") {
      let parts = line.split(separator: " ")
      for name in parts.dropFirst() { expected["rusmes_\(name)"] = MetricType(rawValue: String(parts[0])) }
    }
    for family in metrics.registry.families {
      #expect(
        expected.removeValue(forKey: family.descriptor.name) == family.descriptor.type,
        "\(family.descriptor.name)")
    }
    #expect(expected.isEmpty, "missing: \(expected.keys.sorted())")
  }

  @Test("exports no group that was not asked for, and lets its instruments be used")
  func groups() throws {
    let metrics = try MetricsCollector(groups: [.smtp, .queue])
    let names = metrics.registry.families.map(\.descriptor.name)
    #expect(names.contains("rusmes_smtp_connections_total"))
    #expect(names.contains("rusmes_queue_size"))
    #expect(!names.contains { $0.hasPrefix("rusmes_imap") || $0.hasPrefix("rusmes_tls") })
    metrics.imap.connections.increment()
    #expect(metrics.imap.connections.value == 1)
  }

  @Test("has another prefix if that is wished, and refuses one that is none")
  func namespace() throws {
    let metrics = try MetricsCollector(namespace: "mx")
    #expect(metrics.registry.families.allSatisfy { $0.descriptor.name.hasPrefix("mx_") })
    #expect(throws: RegistrationError.self) { _ = try MetricsCollector(namespace: "no good") }
  }

  @Test("has the buckets of the specification")
  func buckets() throws {
    let metrics = try MetricsCollector()
    func bounds(_ name: String) -> [Double]? {
      metrics.registry.families.first { $0.descriptor.name == name }.map {
        Array($0.descriptor.bounds.values)
      }
    }
    #expect(
      bounds("rusmes_message_processing_latency_seconds")
        == [0.001, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10])
    #expect(bounds("rusmes_smtp_session_duration_seconds") == [0.1, 0.5, 1, 5, 10, 30, 60, 120, 300, 600])
    #expect(bounds("rusmes_smtp_message_size_bytes")?.last == 67_108_864)
    #expect(bounds("rusmes_smtp_recipients_per_message") == [1, 2, 5, 10, 20, 50, 100])
  }

  @Test("has other buckets if a host sets them, of every histogram there is, and names those that are none")
  func bucketsOfAHost() throws {
    var buckets = CatalogueBuckets()
    // Every property is a field of the mirror, so that one which is added later is tested as well.
    let names = Mirror(reflecting: buckets).children.compactMap(\.label)
    #expect(names.count == 16)
    buckets.messageProcessing = [1]
    buckets.smtpSession = [2]
    buckets.imapSession = [3]
    buckets.smtpCommand = [4]
    buckets.imapCommand = [5]
    buckets.jmapRequest = [6]
    buckets.jmapMethod = [7]
    buckets.mailet = [8]
    buckets.storageOperation = [9]
    buckets.deliveryAttempt = [10]
    buckets.deliveryTotal = [11]
    buckets.queueWait = [12]
    buckets.messageSize = [13]
    buckets.recipientsPerMessage = [14]
    buckets.scrape = [15]
    buckets.executorDelay = [16]
    let histograms = try MetricsCollector(buckets: buckets).registry.families.map(\.descriptor).filter {
      $0.type == .histogram
    }
    #expect(histograms.allSatisfy { $0.bounds.values.count == 1 })
    #expect(Set(histograms.map(\.bounds)).count == names.count)
    buckets.queueWait = [2, 1]
    let error = #expect(throws: RegistrationError.self) { _ = try MetricsCollector(buckets: buckets) }
    #expect(error?.metric == "rusmes_queue_wait_seconds")
  }

  @Test("tells durations below a millisecond apart, where processes have them")
  func shortDurations() throws {
    let metrics = try MetricsCollector()
    let specified = [
      "rusmes_message_processing_latency_seconds", "rusmes_smtp_session_duration_seconds",
      "rusmes_imap_session_duration_seconds",
    ]
    for family in metrics.registry.families.map(\.descriptor)
    where family.name.hasSuffix("duration_seconds") && !specified.contains(family.name) {
      let first = family.bounds.values.first ?? .infinity
      #expect(
        first <= (family.name == "rusmes_delivery_total_duration_seconds" ? 0.01 : 0.0001), "\(family.name)")
    }
  }

  @Test(
    "knows the failure of a reply by its code",
    arguments: [
      (200, nil), (250, nil), (354, nil), (399, nil), (400, .reply4xx), (421, .reply4xx), (499, .reply4xx),
      (500, .reply5xx), (599, .reply5xx), (600, .other), (199, .other), (0, .other), (-1, .other),
      (.min, .other), (.max, .other),
    ] as [(Int, DeliveryFailure?)])
  func replies(code: Int, failure: DeliveryFailure?) {
    #expect(DeliveryFailure(replyCode: code) == failure)
  }

  @Test(
    "puts what a peer said under a known value or other",
    arguments: [
      ("MAIL", SMTPCommand.mail), ("ehlo", .ehlo), ("StartTLS", .starttls), ("", .other), ("XCLIENT", .other),
      (String(repeating: "A", count: 1 << 20), .other), ("ма́il", .other),
    ])
  func verbs(verb: String, command: SMTPCommand) {
    #expect(SMTPCommand(verb: verb) == command)
  }

  @Test("knows mechanisms and IMAP commands by their names")
  func otherNames() {
    #expect(AuthenticationMechanism(saslName: "SCRAM-SHA-256") == .scramSHA256)
    #expect(AuthenticationMechanism(saslName: "cram-md5") == .cramMD5)
    #expect(AuthenticationMechanism(saslName: "PLAIN") == .plain)
    #expect(AuthenticationMechanism(saslName: "GSSAPI") == .other)
    #expect(IMAPCommand(name: "FETCH") == .fetch)
    #expect(IMAPCommand(name: "XLIST") == .other)
  }

  @Test("has the timers and the guard of the specification")
  func conveniences() throws {
    let metrics = try MetricsCollector()
    metrics.startMessageProcessingTimer().observe()
    metrics.startSMTPSessionTimer().observe()
    #expect(metrics.mail.processingLatency.snapshot.count == 1)
    #expect(metrics.smtp.sessionDuration.snapshot.count == 1)
    let connection = metrics.connections.open(.smtp)
    #expect(metrics.connections.active[.smtp].value == 1)
    connection.end()
    connection.end()
    #expect(metrics.connections.active[.smtp].value == 0)
  }

  @Test("takes numbers by domain from the host, the largest first, and adds up the rest")
  func perDomain() async throws {
    let metrics = try MetricsCollector()
    metrics.mail.messagesPerDomain["recorded.example"].increment()
    metrics.setPerDomainSource { (0..<600).map { ("d\($0).example", $0) } + [("", 5), ("bad.example", -1)] }
    let family = try #require(try await metrics.perDomain.collect().first)
    #expect(metrics.registry.contents.collectors.map(\.name.text) == ["top_lists", "per_domain"])
    #expect(family.name == "rusmes_messages_per_domain_total")
    #expect(family.samples.count == 501)
    #expect(family.samples.first == CollectedSample(599, ["domain": "d599.example"]))
    #expect(family.samples.last == CollectedSample(Double((0..<100).reduce(0, +)), ["domain": "other"]))
    #expect(!metrics.registry.families.contains { $0.descriptor.name == "rusmes_messages_per_domain_total" })
  }

  @Test("keeps what has no place in the ranking growing, even a domain that is called other")
  func otherDomains() async throws {
    let metrics = try MetricsCollector()
    let others = [("other", 650), (String(repeating: "x", count: 300), 10)]
    func rest(_ domains: [(String, Int)]) async throws -> Double {
      metrics.setPerDomainSource { domains.map { (domain: $0.0, messages: $0.1) } }
      let samples = try #require(try await metrics.perDomain.collect().first).samples
      #expect(samples.filter { $0.labels.first?.value == "other" }.count == 1)
      guard case .number(let rest)? = samples.last?.value else { return .nan }
      return rest
    }
    let before = (0..<600).map { ("d\($0).example", 500 + $0) } + others
    // Every domain overtakes the one that is called so.
    let after = (0..<600).map { ("d\($0).example", 700 + $0) } + others
    let smallest = (0..<100).reduce(0, +)
    #expect(try await rest(before) == Double(660 + 100 * 500 + smallest))
    #expect(try await rest(after) == Double(660 + 100 * 700 + smallest))
    // What is shown alike is one domain.
    #expect(try await rest([("a\0", 1), ("a\u{FFFD}", 2), ("other", 1)]) == 1)
  }

  struct Named: Collector {
    let name: String
    func collect() async throws -> [CollectedFamily] { [CollectedFamily("host", .gauge, help: "", value: 1)] }
  }

  @Test(
    "refuses a collector under the name of one of its own",
    arguments: ["health", "http_server", "per_domain", "process_metrics", "top_lists"])
  func reservedCollectors(name: String) async throws {
    let metrics = try MetricsCollector()
    #expect(throws: RegistrationError.self) { try metrics.registry.add(Named(name: name)) }
    metrics.setPerDomainSource { [] }
    _ = try metrics.endpoints()
    #expect(!metrics.registry.removeCollector(named: name))
    try metrics.registry.add(Named(name: "host"))
    #expect(
      metrics.registry.contents.collectors.map(\.name.text) == ["top_lists", "per_domain", "health", "host"])
  }

  @Test("goes when nobody holds it, whatever answered for it")
  func isFreed() async throws {
    nonisolated(unsafe) weak var registry: Registry?
    do {
      let metrics = try MetricsCollector()
      registry = metrics.registry
      metrics.setPerDomainSource { [] }
      let endpoints = try metrics.endpoints(.patient)
      _ = await endpoints.respond(to: try EndpointRequest(target: "/metrics"))
      let server = try await metrics.startHTTPServer(.patient)
      await server.shutdown()
    }
    // The server's thread ends after its last task.
    #expect(await eventually { registry == nil })
  }
}

/// A type and its families a line.
private let catalogue = """
  counter smtp_connections_total smtp_connections_rejected_total smtp_messages_received_total smtp_messages_sent_total
  counter smtp_messages_rejected_total smtp_errors_total smtp_commands_total smtp_replies_total smtp_loops_detected_total
  counter smtp_hook_results_total smtp_wrong_protocol_total
  histogram smtp_command_duration_seconds smtp_session_duration_seconds smtp_message_size_bytes
  histogram smtp_recipients_per_message
  counter imap_connections_total imap_commands_total imap_errors_total imap_responses_total
  histogram imap_command_duration_seconds imap_session_duration_seconds
  gauge imap_idle_connections
  counter jmap_requests_total jmap_errors_total
  histogram jmap_request_duration_seconds jmap_method_duration_seconds
  counter push_deliveries_total push_delivery_failures_total
  counter mail_processed_total mail_delivered_total mail_bounced_total mail_dropped_total messages_per_domain_total
  histogram message_processing_latency_seconds mailet_duration_seconds
  gauge queue_size queue_messages queue_oldest_message_age_seconds
  histogram queue_wait_seconds
  counter queue_retries_total queue_puts_total queue_items_written_total dsn_queued_total
  counter delivery_attempts_total delivery_failures_total
  histogram delivery_attempt_duration_seconds delivery_total_duration_seconds
  gauge delivery_in_flight
  gauge active_connections connections_limit
  counter session_bytes_total
  counter tls_sessions_total tls_outgoing_sessions_total tls_handshake_errors_total
  gauge tls_certificate_not_after_timestamp_seconds
  counter authentication_attempts_total authentication_mechanisms_total
  counter spf_results_total dkim_results_total dmarc_results_total arc_results_total security_level_checks_total
  counter mta_sts_checks_total mta_sts_cache_fetches_total mta_sts_cache_hits_total mta_sts_cache_expired_total
  counter mta_sts_cache_invalid_total mta_sts_cache_failed_fetches_total mta_sts_cache_io_errors_total
  counter mta_sts_cache_marshal_errors_total mta_sts_cache_unmarshal_errors_total mta_sts_cache_refreshes_total
  counter mta_sts_cache_refresh_cycles_total mta_sts_cache_refresh_errors_total
  counter dane_results_total alias_hook_results_total
  gauge mailboxes messages storage_bytes
  histogram storage_operation_duration_seconds
  info build_info
  gauge source_timestamp_seconds
  counter observability_scrapes_total observability_overflow_total observability_rejected_total
  histogram observability_scrape_duration_seconds executor_delay_seconds
  gauge observability_last_scrape_bytes observability_series
  counter observability_http_requests_total observability_http_rejected_total
  """
