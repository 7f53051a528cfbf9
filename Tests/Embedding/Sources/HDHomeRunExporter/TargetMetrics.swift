// How does one exporter answer for every device that it is asked for?

public import HDHomeRun
public import MailObservability

/// Asks the device that a request names.
public struct TargetMetrics: Sendable {
  /// Connects to a device; may block until the deadline.
  public typealias Dial = @Sendable (Endpoint, ContinuousClock.Instant) throws -> any Device
  /// Finds the address of a name; may block for as long as the system's resolver does.
  public typealias LookUp = @Sendable (String, UInt16) throws -> Endpoint

  private let timeout: Duration
  private let networks: [IPNetwork]?
  private let dial: Dial
  private let lookUp: LookUp
  private let dialogues: BlockingCalls
  /// Names are looked up beside the dialogues: a resolver that hangs must not take their threads. As many as there are
  /// of those: it hangs by the name, and the others are found.
  private let lookUps: BlockingCalls

  /// - Parameters:
  ///   - timeout: for a dialogue, from the connection to the last byte.
  ///   - networks: where devices are; nil for anywhere.
  ///   - limit: how many dialogues may be under way, and how many names may be looked up.
  ///   - dial: connects.
  ///   - lookUp: finds the address of a target that is a name.
  public init(
    within timeout: Duration = .seconds(1), on networks: [IPNetwork]? = nil, atMost limit: Int = 64,
    dial: @escaping Dial = { try Client($0, before: $1) },
    lookUp: @escaping LookUp = { try Endpoint.lookUp($0, $1) }
  ) {
    self.timeout = timeout
    self.networks = networks
    self.dial = dial
    self.lookUp = lookUp
    dialogues = BlockingCalls(limit: limit)
    lookUps = BlockingCalls(limit: limit)
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
    return try await lookUps.run(target.host, within: limit) { [lookUp] in
      try lookUp(target.host, target.port)
    }
  }
}
