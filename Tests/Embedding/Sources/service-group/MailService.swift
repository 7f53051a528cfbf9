// How does a server on SwiftNIO record its sessions? A listener that knows EHLO, NOOP and QUIT.

import MailObservability
import NIOCore
import NIOExtras
import NIOPosix
import ServiceLifecycle

struct MailService: Service {
  typealias Connection = NIOAsyncChannel<ByteBuffer, ByteBuffer>

  let metrics: MetricsCollector
  let listener: NIOAsyncChannel<Connection, Never>

  var isListening: Bool { listener.channel.isActive }

  static func listen(host: String, port: Int, metrics: MetricsCollector) async throws -> MailService {
    let listener = try await ServerBootstrap(group: .singletonMultiThreadedEventLoopGroup)
      // So that a restart can bind again while the system still remembers old connections.
      .serverChannelOption(.socketOption(.so_reuseaddr), value: 1)
      .bind(host: host, port: port) { channel in
        channel.eventLoop.makeCompletedFuture {
          let lines = ByteToMessageHandler(LineBasedFrameDecoder(), maximumBufferSize: 2_048)
          try channel.pipeline.syncOperations.addHandler(lines)
          return try Connection(wrappingChannelSynchronously: channel)
        }
      }
    return MailService(metrics: metrics, listener: listener)
  }

  func run() async throws {
    try await withGracefulShutdownHandler {
      try await withThrowingDiscardingTaskGroup { sessions in
        try await listener.executeThenClose { connections in
          for try await connection in connections {
            sessions.addTask { await serve(connection) }
          }
        }
      }
    } onGracefulShutdown: {
      // Sessions go on to their end.
      listener.channel.close(promise: nil)
    }
  }

  private func serve(_ connection: Connection) async {
    metrics.smtp.connections.increment()
    let open = metrics.connections.open(.smtp)
    let duration = metrics.startSMTPSessionTimer()
    defer {
      duration.observe()
      open.end()
    }
    do {
      try await connection.executeThenClose { lines, replies in
        try await replies.write(ByteBuffer(string: "220 mx.example.com ESMTP\r\n"))
        // A session that waits for its client ends with the service.
        for try await line in lines.cancelOnGracefulShutdown() {
          let verb = String(buffer: line).prefix { $0 != " " }
          let command = SMTPCommand(verb: verb)
          let timer = metrics.smtp.commandDuration[command].startTimer()
          metrics.smtp.commands[command].increment()
          try await replies.write(ByteBuffer(string: reply(to: command)))
          timer.observe()
          if command == .quit { return }
        }
        try await replies.write(ByteBuffer(string: "421 mx.example.com is closing\r\n"))
      }
    } catch {
      metrics.smtp.errors.increment()
    }
  }

  private func reply(to command: SMTPCommand) -> String {
    switch command {
    case .ehlo, .helo, .noop: "250 mx.example.com\r\n"
    case .quit: "221 mx.example.com\r\n"
    default: "502 not implemented\r\n"
    }
  }
}
