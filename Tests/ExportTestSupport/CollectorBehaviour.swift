// How can a collector answer, at its worst?

package import OTLPExport

/// One way to answer a request.
package enum CollectorBehaviour: String, CaseIterable, Sendable {
  case accepts, acceptsWithoutContent, acceptsInJSON, acceptsWithRubbish
  case rejectsSome, rejectsMoreThanThereWere, rejectsNegative, warns
  case badRequest, unauthorized, repeatsTheSecret, tooLarge, serverError
  case throttlesForThreeSeconds, throttlesUntilADate, throttlesForDecades, throttlesForNoTime, throttles
  case unavailable, badGateway, gatewayTimeout
  case answersAByteASecond, answersFiveMebibytes, resets, isABlackHole, refusesConnections

  /// Whether it takes the spans.
  package var takes: Bool {
    switch self {
    case .accepts, .acceptsWithoutContent, .acceptsInJSON, .acceptsWithRubbish, .rejectsNegative, .warns: true
    default: false
    }
  }

  /// Whether the same request is tried again.
  package var isRetried: Bool {
    switch self {
    case .throttlesForThreeSeconds, .throttlesUntilADate, .throttlesForDecades, .throttlesForNoTime,
      .throttles, .unavailable, .badGateway, .gatewayTimeout, .answersAByteASecond, .resets, .isABlackHole,
      .refusesConnections:
      true
    default: false
    }
  }

  /// Whether nothing but time ends a request.
  package var hangs: Bool { self == .isABlackHole || self == .answersAByteASecond }

  /// What the exporter makes of it; nil when there is no answer within the time that it has.
  package func answer(spans: Int) -> ExportAnswer? {
    func response(
      _ status: Int, _ body: [UInt8] = [], type: String? = "application/x-protobuf",
      retryAfter: Duration? = nil, isCut: Bool = false
    ) -> ExportAnswer {
      ExportResponse(
        status: status, contentType: type, retryAfter: retryAfter, body: body, isBodyCut: isCut
      ).answer(sent: spans)
    }
    return switch self {
    case .accepts: response(200)
    case .acceptsWithoutContent: response(204, type: nil)
    case .acceptsInJSON: response(200, Array("{}".utf8), type: "application/json")
    case .acceptsWithRubbish: response(202, [0xFF, 0xFF, 0x07, 0x0A])
    case .rejectsSome: response(200, Self.partial(rejected: UInt64(spans / 2), "too old"))
    case .rejectsMoreThanThereWere: response(200, Self.partial(rejected: 1 << 40, "all of them"))
    case .rejectsNegative: response(200, Self.partial(rejected: UInt64(bitPattern: -5), ""))
    case .warns: response(200, Self.partial(rejected: 0, "slow down"))
    case .badRequest: response(400, [0x08, 0x03, 0x12, 0x03] + Array("bad".utf8))
    case .unauthorized: response(401, type: nil)
    case .repeatsTheSecret: response(401, Self.status("no such token: \(Self.secret)"))
    case .tooLarge: response(413, Array("too large".utf8), type: "text/plain")
    case .serverError: response(500, type: nil)
    case .throttlesForThreeSeconds: response(429, retryAfter: .seconds(3))
    case .throttlesUntilADate: response(503, retryAfter: .seconds(567_000_000))
    case .throttlesForDecades: response(429, retryAfter: .seconds(1_000_000_000))
    case .throttlesForNoTime: response(429, retryAfter: .zero)
    case .throttles: response(429)
    case .unavailable: response(503)
    case .badGateway: response(502)
    case .gatewayTimeout: response(504)
    case .answersFiveMebibytes:
      response(503, [UInt8](repeating: 0x20, count: 64), type: "text/plain", isCut: true)
    case .resets: .refused(ExportRefusal("a broken connection", isRetryable: true))
    case .refusesConnections: .refused(ExportRefusal("a refused connection", isRetryable: true))
    case .answersAByteASecond, .isABlackHole: nil
    }
  }

  /// What a test gives as a secret, and no log may have.
  package static let secret = "geheim"

  /// `google.rpc.Status { code, message }`.
  package static func status(_ message: String) -> [UInt8] {
    [0x08, 0x10, 0x12, UInt8(message.utf8.count)] + Array(message.utf8)
  }

  /// `ExportTraceServiceResponse { partial_success { rejected_spans, error_message } }`.
  package static func partial(rejected: UInt64, _ message: String) -> [UInt8] {
    var inner: [UInt8] = []
    if rejected > 0 { inner += [0x08] + varint(rejected) }
    if !message.isEmpty { inner += [0x12, UInt8(message.utf8.count)] + Array(message.utf8) }
    return [0x0A, UInt8(inner.count)] + inner
  }

  private static func varint(_ value: UInt64) -> [UInt8] {
    var value = value
    var bytes: [UInt8] = []
    while value >= 0x80 {
      bytes.append(UInt8(value & 0x7F) | 0x80)
      value >>= 7
    }
    return bytes + [UInt8(value)]
  }
}
