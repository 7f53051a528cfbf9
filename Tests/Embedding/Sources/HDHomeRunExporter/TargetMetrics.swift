// How does one exporter answer for every device that it is asked for?

public import HDHomeRun
public import MailObservability

/// Asks the device that a request names.
public struct TargetMetrics: Sendable {
  /// Connects to a device; may block until the deadline.
  public typealias Dial = @Sendable (Endpoint, ContinuousClock.Instant) throws -> any Device

  private let timeout: Duration
  private let networks: [IPNetwork]?
  private let dial: Dial
  private let dialogues: BlockingCalls
  /// Names are looked up beside the dialogues: a resolver that hangs must not take their threads.
  private let lookUps = BlockingCalls(limit: 8)

  /// - Parameters:
  ///   - timeout: for a dialogue, from the connection to the last byte.
  ///   - networks: where devices are; nil for anywhere.
  ///   - limit: how many dialogues may be under way.
  ///   - dial: connects.
  public init(
    within timeout: Duration = .seconds(1), on networks: [IPNetwork]? = nil, atMost limit: Int = 64,
    dial: @escaping Dial = { try Client($0, before: $1) }
  ) {
    self.timeout = timeout
    self.networks = networks
    self.dial = dial
    dialogues = BlockingCalls(limit: limit)
  }

  /// The families of the target of a request.
  public func callAsFunction(_ request: EndpointRequest) async throws -> [CollectedFamily] {
    guard let text = request.query["target"], !text.isEmpty else {
      throw EndpointRefusal(400, "missing target")
    }
    guard let target = Target(text) else {
      throw EndpointRefusal(400, "a target is a host, or a host and a port")
    }
    // All of it, with the wait for a thread.
    let whole = request.scrapeTimeout ?? .seconds(10)
    let end = ContinuousClock.now + whole
    do {
      let endpoint = try await endpoint(of: target, within: min(timeout, whole))
      guard networks?.contains(where: { $0.contains(endpoint.address) }) != false else {
        throw EndpointRefusal(403, "\(target) is on none of the networks of devices")
      }
      return try await dialogues.run("\(target)", within: end - .now) { [timeout, dial] in
        tunerMetrics(try dial(endpoint, min(.now + timeout, end)))
      }
    } catch let refusal as EndpointRefusal {
      throw refusal
    } catch {
      throw EndpointRefusal(500, "failed to dial \"\(target)\": \(error)")
    }
  }

  private func endpoint(of target: Target, within limit: Duration) async throws -> Endpoint {
    if let endpoint = Endpoint.numeric(target.host, target.port) { return endpoint }
    return try await lookUps.run(target.host, within: limit) { try Endpoint.lookUp(target.host, target.port) }
  }
}
