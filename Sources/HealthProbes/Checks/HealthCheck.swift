// What is a health check, and what decides how its results count?

import ObservabilityPlatform

/// A question about one thing that the server needs, asked on a schedule and answered in bounded time.
///
/// ```swift
/// let storage = try HealthCheck("storage", probes: [.ready], deadline: .seconds(1)) {
///   try await store.ping()
///   return .pass
/// }
/// try health.add(storage)
/// ```
///
/// The closure runs in a task of its own on the global executor, at most once at a time. A thrown error is a
/// failure with the error's description as its reason. At its deadline the run counts as failed and its task
/// is cancelled; a closure that ignores the cancellation holds this one task, delays nobody and is not
/// started again until it returns.
///
/// ## Which check belongs to which probe, and why
///
/// | check | probe | why |
/// |---|---|---|
/// | a dependency: database, storage, directory, upstream relay | `ready` | Work sent here would fail, and another server may still reach it. A restart repairs nothing, and restarting every server at once turns an outage of one part into an outage of all. Never `live`. |
/// | disk space and inodes | `ready` | Mail that cannot be stored must not be accepted. A restart frees nothing. |
/// | memory of the control group | `ready` with a warning first | Taking less work may still save it; at the limit the kernel decides. |
/// | open descriptors | `ready` | New sessions would be refused; sessions in progress still finish. |
/// | queue depth, oldest message | `ready`, degrading only | Refusing mail moves the queue to somebody else; watch it first. |
/// | certificate expiry | none (shown by `health`), degrading only | A probe cannot renew it, and every server has the same certificate: taking all of them out is worse. |
/// | age of a file (backup, feed, list) | none, degrading only | The server itself still works. |
/// | migrations, caches that must be warm | `startup` | Needed once; afterwards nobody asks again. |
/// | the Swift executor | `live` | Nothing in the process can run again by itself, and a restart does repair it. |
public struct HealthCheck: Sendable {
  /// What a failure of the check does to the probes that it belongs to.
  public enum Impact: String, Sendable, Hashable {
    /// The probe fails.
    case blocks
    /// The probe still passes; `health` says degraded.
    case degrades
  }

  /// When the check runs.
  public enum Mode: String, Sendable, Hashable {
    /// On its period, whether or not anybody asks; an answer uses the stored result and does not wait.
    case background
    /// When an answer needs it and the stored result is older than the period; the answer waits for it within
    /// its own deadline. Its figures in metrics are only as fresh as the last probe.
    case onDemand
  }

  /// The name: 1 to 100 of `A–Z a–z 0–9 . _ -`, beginning with a letter or a digit.
  public let name: String
  /// How results are scheduled and counted.
  public let settings: Settings
  let body: Body

  /// Creates a check.
  ///
  /// - Parameters:
  ///   - name: unique in its registry; it is part of `/ready/NAME` and of metric labels.
  ///   - probes: the probes it belongs to. A dependency belongs to readiness, never to liveness.
  ///   - mode: in the background or on demand.
  ///   - deadline: how long one run may take.
  ///   - period: the time from one run to the next.
  ///   - validity: the age at which a stored result becomes a failure. `nil`: three periods and a deadline.
  ///   - failureThreshold: failures in a row that turn it to failing.
  ///   - successThreshold: successes (or warnings) in a row that turn it back.
  ///   - impact: whether a failure blocks the probes or only degrades.
  ///   - groups: the groups that it is asked with, beside its probes: `/health?group=NAME`.
  ///   - run: asks the question. Called from any thread, never twice at the same time.
  /// - Throws: ``HealthError`` when the name or a setting makes no sense.
  public init(
    _ name: String,
    probes: ProbeSet = .ready,
    mode: Mode = .background,
    deadline: Duration = .seconds(1),
    period: Duration = .seconds(10),
    validity: Duration? = nil,
    failureThreshold: Int = 1,
    successThreshold: Int = 1,
    impact: Impact = .blocks,
    groups: Set<String> = [],
    run: @escaping @Sendable () async throws -> HealthResult
  ) throws(HealthError) {
    try self.init(
      name,
      settings: Settings(
        probes: probes, mode: mode, deadline: deadline, period: period, validity: validity,
        failureThreshold: failureThreshold, successThreshold: successThreshold, impact: impact,
        groups: groups),
      run: run)
  }

  /// Creates a check with settings that several checks share.
  ///
  /// - Throws: ``HealthError`` when the name or a setting makes no sense.
  public init(
    _ name: String, settings: Settings, run: @escaping @Sendable () async throws -> HealthResult
  ) throws(HealthError) {
    try self.init(name, settings, .task { _ in HealthObservation(try await run()) })
  }

  /// Creates a check whose question blocks a thread, perhaps for ever.
  ///
  /// - Parameters:
  ///   - threads: where it is asked.
  ///   - key: what it may hang on: checks with the same one share a few of the threads.
  init(
    _ name: String, _ settings: Settings, on threads: BlockingThreads, key: String,
    blocking ask: @escaping @Sendable () throws -> HealthObservation
  ) throws(HealthError) {
    try self.init(
      name, settings,
      .task { progress in
        progress.waits(for: "a free thread")
        return try await threads.run(key: key, onBegin: { progress.goesOn() }, ask)
      })
  }

  /// Creates a check that is answered at once, on the thread that asks: for what needs no task and must not
  /// wait for one. `judge` must not block.
  ///
  /// - Throws: ``HealthError`` when the name or a setting makes no sense.
  package init(
    _ name: String, settings: Settings, immediate judge: @escaping @Sendable () -> HealthResult
  ) throws(HealthError) {
    try self.init(name, settings, .immediate { HealthObservation(judge()) })
  }

  init(_ name: String, _ settings: Settings, _ body: Body) throws(HealthError) {
    try validateCheckName(name)
    self.name = name
    self.settings = try settings.validated(for: name)
    self.body = body
  }

  /// How the question is asked.
  enum Body: Sendable {
    /// In a task of its own.
    case task(@Sendable (RunProgress) async throws -> HealthObservation)
    /// At once, on the thread that asks: for what must be answered when no task can run. Must not block.
    case immediate(@Sendable () -> HealthObservation)
  }

  var isImmediate: Bool {
    if case .immediate = body { return true }
    return false
  }
}
