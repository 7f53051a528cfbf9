// What do the documentation's blocks take for granted?

actor MailServer {
  func close() {}
}

struct Store: Sendable {
  func ping() async throws {}
}

/// What another tracing library keeps for the current task.
struct OtherTrace: Sendable {
  @TaskLocal static var current: OtherTrace?
  var traceID: String
}

struct Log: Sendable {
  func write(_ line: String) { print(line) }
}

actor WaitingMessages {
  struct Message: Sendable {
    var id: String
    var age: Duration
    var reason: String
  }

  var waiting: [Message] = []
}
