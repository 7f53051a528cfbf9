// Does a server in a group of services turn unready before it closes, and answer probes until it has closed?

import MailObservability
import NIOCore
import NIOPosix
import Synchronization

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

let (starts, start) = AsyncStream.makeStream(of: Started.self)
let group = Task {
  try await serve(MetricsConfig(bindAddress: "127.0.0.1:0"), mailPort: 0, delay: .seconds(2)) {
    start.yield(Started(server: $0, mail: $1, metrics: $2))
  }
}
guard let started = await starts.first(where: { _ in true }),
  let http = started.server.boundAddress.flatMap({ $0.split(separator: ":").last }).flatMap({ Int($0) }),
  let smtp = started.mail.listener.channel.localAddress?.port
else { fatalError("nothing was started") }

var wrong: [String] = []
func check(_ isRight: Bool, _ what: String) { if !isRight { wrong.append(what) } }

let ok = "HTTP/1.1 200 OK"
let unavailable = "HTTP/1.1 503 Service Unavailable"
while try await probe("/ready", at: http) != ok { try await Task.sleep(for: .milliseconds(20)) }
let session = try await ask(smtp, "EHLO client.example\r\nQUIT\r\n", until: "221 ")
check(session?.contains("250 ") == true, "a session: \(session ?? "none")")
check(await started.metrics.registry.value("rusmes_smtp_commands_total", ["command": "ehlo"]) == 1, "EHLO")

kill(getpid(), SIGTERM)
while try await probe("/ready", at: http) != unavailable { try await Task.sleep(for: .milliseconds(20)) }
check(try await probe("/live", at: http) == ok, "alive during the delay")
let late = try await ask(smtp, "NOOP\r\nQUIT\r\n", until: "221 ")
check(late?.contains("250 ") == true, "mail is served during the delay: \(late ?? "refused")")
try await group.value
check(try await ask(smtp, "", until: "220 ") == nil, "the mail server has ended")
check(try await probe("/live", at: http) == nil, "the observability server has ended")
print(wrong.isEmpty ? "unready, then closed, then gone" : "wrong: \(wrong)")
if !wrong.isEmpty { exit(1) }
