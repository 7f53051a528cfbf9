// How are a gauge and a counter registered whose values are read from a closure?

extension Registry {
  /// Registers a gauge whose value is read at each scrape, with the registry's namespace before its name.
  ///
  /// ```swift
  /// try metrics.registry.gauge("pool_connections", help: "Connections of the pool.") {
  ///   Double(await pool.count)
  /// }
  /// ```
  ///
  /// The closure runs on a thread of its own, under the deadline of the scrape, also while the cooperative pool runs
  /// nothing, and once at a time for the scrapes of one server; another server, or a call of `text(_:)`, asks it for
  /// itself. One that throws, blocks, is late, or calls the registry costs its own family only, and
  /// `collector_success{collector}`, under the full name of the metric, says so. So many closures that block at once are as
  /// many threads: what has many series is one closure with labels. ``unregister(_:)`` ends it. The registry holds the closure, which is not to hold the registry.
  ///
  /// - Parameters:
  ///   - name: the name; it ends in the unit if there is one.
  ///   - help: what it means.
  ///   - unit: a base unit such as `seconds`, or nothing.
  ///   - read: the current value.
  /// - Throws: ``RegistrationError``: `invalidName` or `invalidUnit` for what no scraper would take; `conflict` when the
  ///   name, or that of one of its samples, is registered, by the same closure too.
  public func gauge(
    _ name: String, help: String, unit: String = "", read: @escaping @Sendable () async throws -> Double
  ) throws(RegistrationError) {
    try add(.gauge, name, help: help, unit: unit, labels: []) { [CollectedSample(try await read())] }
  }

  /// Registers a gauge whose samples are read at each scrape; see ``gauge(_:help:unit:read:)``.
  ///
  /// - Parameters:
  ///   - name: the name; it ends in the unit if there is one.
  ///   - help: what it means.
  ///   - unit: a base unit such as `seconds`, or nothing.
  ///   - labels: the names of the labels that samples may have.
  ///   - read: the current values. A label that is not in `labels`, or two samples of the same labels, cost the family its
  ///     samples in that scrape.
  /// - Throws: ``RegistrationError``: as ``gauge(_:help:unit:read:)``, and `invalidLabels` for a label's name that cannot
  ///   be used or comes twice.
  public func gauge(
    _ name: String, help: String, unit: String = "", labels: [String],
    read: @escaping @Sendable () async throws -> [CollectedSample]
  ) throws(RegistrationError) {
    try add(.gauge, name, help: help, unit: unit, labels: labels, read: read)
  }

  /// Registers a counter whose value, which must only grow, is read at each scrape; see ``gauge(_:help:unit:read:)``.
  ///
  /// - Parameters:
  ///   - name: the name; it ends in `_total`, before that in the unit if there is one.
  ///   - help: what it means.
  ///   - unit: a base unit such as `bytes`, or nothing.
  ///   - read: the current value. One that is negative or not finite costs the family its sample in that scrape.
  /// - Throws: ``RegistrationError``: as ``gauge(_:help:unit:read:)``.
  public func counter(
    _ name: String, help: String, unit: String = "", read: @escaping @Sendable () async throws -> Double
  ) throws(RegistrationError) {
    try add(.counter, name, help: help, unit: unit, labels: []) { [CollectedSample(try await read())] }
  }

  /// Registers a counter whose samples, which must only grow, are read at each scrape; see
  /// ``gauge(_:help:unit:labels:read:)``.
  ///
  /// - Parameters:
  ///   - name: the name; it ends in `_total`, before that in the unit if there is one.
  ///   - help: what it means.
  ///   - unit: a base unit such as `bytes`, or nothing.
  ///   - labels: the names of the labels that samples may have.
  ///   - read: the current values.
  /// - Throws: ``RegistrationError``: as ``gauge(_:help:unit:labels:read:)``.
  public func counter(
    _ name: String, help: String, unit: String = "", labels: [String],
    read: @escaping @Sendable () async throws -> [CollectedSample]
  ) throws(RegistrationError) {
    try add(.counter, name, help: help, unit: unit, labels: labels, read: read)
  }

  private func add(
    _ type: MetricType, _ name: String, help: String, unit: String, labels: [String],
    read: @escaping @Sendable () async throws -> [CollectedSample]
  ) throws(RegistrationError) {
    let descriptor = FamilyDescriptor(
      name: fullName(name), type: type, help: help, unit: unit, labelNames: labels, bounds: [],
      shape: .closure)
    try add(closure: ClosureCollector(descriptor, read: read), of: descriptor)
  }
}
