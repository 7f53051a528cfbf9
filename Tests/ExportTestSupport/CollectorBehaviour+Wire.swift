// What does a collector's behaviour look like on the wire?

package import TestSupport

extension CollectorBehaviour {
  /// Nil where there is nobody to answer.
  package func reaction(spans: Int) -> RawServer.Reaction? {
    func answer(
      _ status: String, type: String? = "application/x-protobuf", _ body: [UInt8] = [], fields: [String] = []
    ) -> RawServer.Reaction {
      .answer(Self.bytes(status, type: type, body, fields: fields))
    }
    return switch self {
    case .accepts: answer("200 OK")
    case .acceptsWithoutContent: .answer(Array("HTTP/1.1 204 No Content\r\n\r\n".utf8))
    case .acceptsInJSON: answer("200 OK", type: "application/json", Array("{}".utf8))
    case .acceptsWithRubbish: answer("202 Accepted", [0xFF, 0xFF, 0x07, 0x0A])
    case .rejectsSome: answer("200 OK", Self.partial(rejected: UInt64(spans / 2), "too old"))
    case .rejectsMoreThanThereWere: answer("200 OK", Self.partial(rejected: 1 << 40, "all of them"))
    case .rejectsNegative: answer("200 OK", Self.partial(rejected: UInt64(bitPattern: -5), ""))
    case .warns: answer("200 OK", Self.partial(rejected: 0, "slow down"))
    case .badRequest: answer("400 Bad Request", [0x08, 0x03, 0x12, 0x03] + Array("bad".utf8))
    case .unauthorized: answer("401 Unauthorized", type: nil)
    case .repeatsTheSecret: answer("401 Unauthorized", Self.status("no such token: \(Self.secret)"))
    case .tooLarge: answer("413 Content Too Large", type: "text/plain", Array("too large".utf8))
    case .serverError: answer("500 Internal Server Error", type: nil)
    case .throttlesForThreeSeconds: answer("429 Too Many Requests", fields: ["Retry-After: 3"])
    case .throttlesUntilADate:
      answer("503 Service Unavailable", fields: ["Retry-After: Sun, 06 Nov 2044 08:49:37 GMT"])
    case .throttlesForDecades: answer("429 Too Many Requests", fields: ["Retry-After: 1000000000"])
    case .throttlesForNoTime: answer("429 Too Many Requests", fields: ["Retry-After: 0"])
    case .throttles: answer("429 Too Many Requests")
    case .unavailable: answer("503 Service Unavailable")
    case .badGateway: answer("502 Bad Gateway")
    case .gatewayTimeout: answer("504 Gateway Timeout")
    case .answersAByteASecond: .trickle(Self.bytes("200 OK", type: nil, Array(repeating: 0, count: 100_000)))
    case .answersFiveMebibytes:
      answer("503 Service Unavailable", type: "text/plain", Array(repeating: 0x20, count: 5 << 20))
    case .resets: .reset(Array("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\n".utf8))
    case .isABlackHole: .hang
    case .refusesConnections: nil
    }
  }

  package static func bytes(_ status: String, type: String?, _ body: [UInt8], fields: [String] = [])
    -> [UInt8]
  {
    var lines = ["HTTP/1.1 \(status)", "Content-Length: \(body.count)"] + fields
    if let type { lines.append("Content-Type: \(type)") }
    return Array((lines.joined(separator: "\r\n") + "\r\n\r\n").utf8) + body
  }
}
