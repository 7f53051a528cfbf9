// How does a host hand in numbers of messages by domain that it counts itself?

extension MetricsCollector {
  /// Has `messages_per_domain_total` read from the host at each scrape, in place of what is recorded into
  /// `mail.messagesPerDomain`: recordings there are refused from now on, and counted as `removed_series`.
  ///
  /// - Parameter source: returns domains and numbers of messages, which must only grow. It may suspend and throw. Of
  ///   more than 500 domains the largest are kept and the rest are added up under `other`; what is negative or has no
  ///   domain is left out. A later call replaces the source.
  public func setPerDomainSource(
    _ source: @escaping @Sendable () async throws -> [(domain: String, messages: Int)]
  ) {
    registry.unregister("messages_per_domain_total")
    perDomain.set(source)
    registry.set(own: perDomain)
  }
}
