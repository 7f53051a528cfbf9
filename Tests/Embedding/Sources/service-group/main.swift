// Does a server in a group of services turn unready, then close, then fall silent, and live on with nothing switched on?

import MailObservability
import NIOCore
import NIOPosix

#if canImport(Darwin)
  import Darwin
#else
  import Glibc
#endif

/// What is asked while the group runs.
struct Started: Sendable {
  let server: ObservabilityServer
  let mail: MailService
  let metrics: MetricsCollector
}

/// What a client on this machine is answered; nil when nobody listens.
func ask(_ port: Int, _ text: String, until end: String) async throws -> String? {
  let bootstrap = ClientBootstrap(group: .singletonMultiThreadedEventLoopGroup)
  guard
    let channel = try? await bootstrap.connect(
      host: "127.0.0.1", port: port,
      channelInitializer: { channel in
        channel.eventLoop.makeCompletedFuture {
          try NIOAsyncChannel<ByteBuffer, ByteBuffer>(wrappingChannelSynchronously: channel)
        }
      })
  else { return nil }
  return try await channel.executeThenClose { parts, requests in
    try await requests.write(ByteBuffer(string: text))
    var answer = ""
    for try await part in parts {
      answer += String(buffer: part)
      if answer.contains(end) { break }
    }
    return answer
  }
}

func probe(_ path: String, at port: Int) async throws -> String? {
  let answer = try await ask(
    port, "GET \(path) HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n", until: "\r\n\r\n")
  return answer.map { String($0.prefix { $0 != "\r\n" }) }
}

if CommandLine.arguments.contains("--serve") {
  // As a person would run it: until SIGTERM or Ctrl-C.
  try await serve(MetricsConfig(bindAddress: "127.0.0.1:9464"))
  exit(0)
}

/// A group whose mail server and whose probes answer.
struct Running {
  let group: Task<Void, any Error>
  let metrics: MetricsCollector
  let mail: MailService
  /// 0 where nothing is served.
  let http: Int
  let smtp: Int

  init(delay: Duration, enabled: Bool = true) async throws {
    let (starts, start) = AsyncStream.makeStream(of: Started.self)
    var config = MetricsConfig(bindAddress: "127.0.0.1:0")
    config.enabled = enabled
    group = Task { [config] in
      try await serve(config, mailPort: 0, delay: delay) {
        start.yield(Started(server: $0, mail: $1, metrics: $2))
      }
    }
    guard let started = await starts.first(where: { _ in true }),
      let smtp = started.mail.listener.channel.localAddress?.port
    else { fatalError("nothing was started") }
    metrics = started.metrics
    mail = started.mail
    http = started.server.boundAddress.flatMap { $0.split(separator: ":").last }.flatMap { Int($0) } ?? 0
    self.smtp = smtp
    if enabled { try await wait(for: "HTTP/1.1 200 OK", from: "/ready") }
    // Sessions are served once the group runs, which watches signals by then.
    _ = try await ask(smtp, "QUIT\r\n", until: "221 ")
  }

  func wait(for answer: String, from path: String) async throws {
    while try await probe(path, at: http) != answer { try await Task.sleep(for: .milliseconds(20)) }
  }
}

var wrong: [String] = []

// Between the signal and the end of the delay, which nothing here waits for.
let waiting = try await Running(delay: .seconds(3_600))
kill(getpid(), SIGTERM)
try await waiting.wait(for: "HTTP/1.1 503 Service Unavailable", from: "/ready")
if try await probe("/live", at: waiting.http) != "HTTP/1.1 200 OK" { wrong.append("not alive in the delay") }
let session = try await ask(waiting.smtp, "EHLO client.example\r\nQUIT\r\n", until: "221 ")
if session?.contains("250 ") != true { wrong.append("no mail in the delay: \(session ?? "refused")") }
let greetings = await waiting.metrics.registry.value("rusmes_smtp_commands_total", ["command": "ehlo"])
if greetings != 1 { wrong.append("EHLO was counted \(greetings ?? 0) times") }
waiting.group.cancel()
_ = await waiting.group.result

// After it, and in its time: what the delay, the sessions and the grace period make together.
let ending = try await Running(delay: .milliseconds(1))
let signalled = ContinuousClock.now
kill(getpid(), SIGTERM)
try await ending.group.value
if ContinuousClock.now - signalled > .seconds(15) { wrong.append("took \(ContinuousClock.now - signalled)") }
if try await ask(ending.smtp, "", until: "220 ") != nil { wrong.append("mail is served after the end") }
if try await probe("/live", at: ending.http) != nil { wrong.append("probes are answered after the end") }

// Switched off it ends nothing, and ends with the rest.
let silent = try await Running(delay: .milliseconds(1), enabled: false)
for _ in 0..<3 {
  let session = try await ask(silent.smtp, "EHLO client.example\r\nQUIT\r\n", until: "221 ")
  if session?.contains("250 ") != true { wrong.append("no mail while off: \(session ?? "refused")") }
}
if !silent.mail.isListening { wrong.append("the mail server ended while off") }
kill(getpid(), SIGTERM)
try await silent.group.value
if try await ask(silent.smtp, "", until: "220 ") != nil {
  wrong.append("mail is served after the end, while off")
}

print(wrong.isEmpty ? "unready, then closed, then gone" : "wrong: \(wrong)")
if !wrong.isEmpty { exit(1) }
