// How does a container learn whether the server in it is healthy, without a curl in it?

import EndpointMessages
import ObservabilityHTTP
import ObservabilityPlatform

/// What a health check by HTTP came to.
public struct HealthcheckOutcome: Sendable, Hashable {
  /// 0 when the server is healthy, 1 otherwise: what `HEALTHCHECK` of a container asks of a command.
  public let exitCode: Int32
  /// What it was, as one line of at most a kibibyte without control characters.
  public let message: String
}

extension MetricsConfig {
  private static let longestLine = 256
  private static let longestMessage = 1024

  /// Asks a running server whether it is healthy: for a command of the host's own binary, in a container without `curl`.
  ///
  /// ```swift
  /// if CommandLine.arguments.dropFirst().first == "healthcheck" {
  ///   let outcome = config.healthcheck(CommandLine.arguments.dropFirst(2).first)
  ///   print(outcome.message)
  ///   exit(outcome.exitCode)
  /// }
  /// ```
  ///
  /// Healthy is what answers with a status from 200 to 299; redirects are not followed. Blocks the calling thread until
  /// the answer or the deadline has come, and needs no thread of the cooperative pool. Nothing is left behind, but for
  /// a resolver that hangs.
  ///
  /// - Parameters:
  ///   - url: `http://host:port/path`, or `unix:/path/of/the/socket`; without a path, or with `/` alone, `/health` is
  ///     asked for, with the URL's query. nil asks the first address of this configuration that serves probes, on the
  ///     loopback interface where it is that of every interface.
  ///   - deadline: the time for all of it; zero or less leaves none.
  public func healthcheck(_ url: String? = nil, within deadline: Duration = .seconds(3)) -> HealthcheckOutcome
  {
    let endpoint: ClientEndpoint
    do {
      guard let url = url ?? healthcheckURL else {
        return .unhealthy("no address of the configuration can be asked; give a URL")
      }
      endpoint = try ClientEndpoint(url)
    } catch {
      return .unhealthy("\(error)")
    }
    let deadline = min(max(deadline, .zero), Self.longest)
    do {
      return outcome(of: try ask(endpoint, within: deadline), at: endpoint)
    } catch ClientError.timedOut(let phase) {
      return .unhealthy("\(endpoint.shown): no answer in \(deadline.brief), while \(phase.rawValue)")
    } catch {
      return .unhealthy("\(endpoint.shown): \(error)")
    }
  }

  /// Where a server of this configuration is asked; nil when none of its addresses says that.
  var healthcheckURL: String? {
    guard enabled else { return nil }
    return ([ListenerConfig(bindAddress, serving: .all)] + listeners)
      .filter { $0.routes.isAll || $0.routes.hasProbes }
      .lazy.compactMap { listener -> String? in
        let address = listener.address
        if address.hasPrefix("unix:") { return address }
        if address.hasPrefix(Self.inheritedPrefix) || address.hasSuffix(":0") { return nil }
        if address.hasPrefix("0.0.0.0:") { return "http://127.0.0.1:" + address.dropFirst(8) }
        if address.hasPrefix("[::]:") { return "http://[::1]:" + address.dropFirst(5) }
        return "http://" + address
      }.first
  }

  private func ask(_ endpoint: ClientEndpoint, within deadline: Duration) throws -> ClientAnswer {
    var limits = AnswerLimits()
    limits.maximumBodySize = 4096
    let path = endpoint.target(withoutPath: pathPrefix + "/health")
    let request = ClientRequest(method: "GET", path: path, fields: [("Accept", "*/*")])
    return try HTTPRequester.answer(
      to: request, at: endpoint, limits: limits, within: deadline, threadName: "healthcheck")
  }

  private func outcome(of answer: ClientAnswer, at endpoint: ClientEndpoint) -> HealthcheckOutcome {
    let said = "\(endpoint.shown) answered \(answer.status)"
    if (300...399).contains(answer.status) {
      return .unhealthy(said + ", a redirect, which is not followed")
    }
    let line = String(decoding: answer.body.prefix { $0 != 10 && $0 != 13 }, as: UTF8.self)
    let message = line.isEmpty ? said : "\(said): \(line.oneLine(atMost: Self.longestLine))"
    guard (200...299).contains(answer.status) else { return .unhealthy(message) }
    return HealthcheckOutcome(
      exitCode: 0, message: "healthy: \(message)".oneLine(atMost: Self.longestMessage))
  }
}

extension HealthcheckOutcome {
  fileprivate static func unhealthy(_ reason: String) -> HealthcheckOutcome {
    HealthcheckOutcome(exitCode: 1, message: "unhealthy: \(reason)".oneLine(atMost: 1024))
  }
}
