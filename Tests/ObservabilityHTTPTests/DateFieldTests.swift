// Does every answer say when it was made, once, in the form that HTTP has for it?

import EndpointMessages
import ObservabilityPlatform
import Testing

@testable import ObservabilityHTTP

@Suite("The Date of an answer", .timeLimit(.minutes(30)))
struct DateFieldTests {
  /// The last two are outside of what four digits of a year can say.
  @Test(
    "is written in GMT, with a day of the week that it was",
    arguments: [
      (0, "Thu, 01 Jan 1970 00:00:00"), (784_111_777, "Sun, 06 Nov 1994 08:49:37"),
      (951_782_399, "Mon, 28 Feb 2000 23:59:59"), (951_782_400, "Tue, 29 Feb 2000 00:00:00"),
      (1_709_251_199, "Thu, 29 Feb 2024 23:59:59"), (4_107_542_400, "Mon, 01 Mar 2100 00:00:00"),
      (-1, "Thu, 01 Jan 1970 00:00:00"), (Int64.max, "Fri, 31 Dec 9999 23:59:59"),
    ] as [(Int64, String)])
  func form(seconds: Int64, text: String) {
    var field = DateField()
    #expect(String(decoding: field.line(at: seconds), as: UTF8.self) == "Date: \(text) GMT\r\n")
  }

  @Test("is of the second in which it is asked for, also when the clock is set back")
  func change() {
    var field = DateField()
    let lines = [100, 100, 101, 99].map { field.line(at: $0) }
    #expect(lines[0] == lines[1] && lines[1] != lines[2])
    var other = DateField()
    #expect(lines[3] == other.line(at: 99))
  }

  private static func answer(_ request: EndpointRequest) -> EndpointResponse {
    switch request.path {
    case "/none": return EndpointResponse(status: 204)
    case "/own":
      var response = EndpointResponse.text(200, "own")
      response.headers.append("date", "Sun, 06 Nov 1994 08:49:37 GMT")
      return response
    case "/large": return .text(200, String(repeating: "l", count: 40_000))
    case "/stream": return EndpointResponse(status: 200, body: .stream(EndpointBodyStream { nil }))
    default: return .text(404, "no")
    }
  }

  @Test(
    "is there exactly once, whatever was asked, and is the server's",
    arguments: [
      "GET /none HTTP/1.1\r\nHost: a\r\n", "GET /own HTTP/1.1\r\nHost: a\r\n",
      "GET /large HTTP/1.1\r\nHost: a\r\n",
      "HEAD /large HTTP/1.1\r\nHost: a\r\n", "GET /stream HTTP/1.1\r\nHost: a\r\n", "GET /else HTTP/1.0\r\n",
      "GET /else HTTP/1.1\r\n", "nonsense\r\n", "GET /at-once HTTP/1.1\r\nHost: a\r\n",
    ])
  func everyAnswer(request: String) async throws {
    let before = WallClock.wholeSeconds
    try await withServer(
      { $0.answerAtOnce = { $0.path == "/at-once" ? .text(200, "at once") : nil } },
      handler: { Self.answer($0) }
    ) { server in
      let answer = try await server.exchange(request + "\r\n")
      let head = answer.split(separator: "\r\n\r\n", maxSplits: 1)[0]
      let lines = head.split(separator: "\r\n").filter { $0.lowercased().hasPrefix("date:") }
      let possible = (before...max(before, WallClock.wholeSeconds)).map { second in
        var field = DateField()
        return String(decoding: field.line(at: second).dropLast(2), as: UTF8.self)
      }
      #expect(lines.count == 1 && possible.contains(String(lines[0])), "\(lines)")
    }
  }
}
