// Who plays the other server that mail is relayed to?

import ObservabilityPlatform
import ObservabilitySockets

@testable import example_mail_server

/// Answers each line of a client by the first word of the line, `.` being that of a message's end; greets by the answer
/// to an empty one. Where it has no answer it says yes, and it hangs up for an empty one.
final class Smarthost: Sendable {
  let listener: Listener
  let commands = Locked<[String]>([])
  /// The lines of what came after DATA.
  let lines = Locked<[String]>([])
  private let serving: Task<Void, Never>

  init(loop: EventLoop, answer: @escaping @Sendable (String) -> String? = { _ in nil }) throws {
    let listener = try Listener(loop: loop, address: SocketAddress.parse("127.0.0.1:0"))
    self.listener = listener
    serving = Task(executorPreference: loop) { [commands, lines] in
      while let connection = try? await listener.accept() {
        var input = InputBuffer()
        var isInData = false
        let greeting = answer("") ?? "220 hello"
        if !greeting.isEmpty { try? await connection.write(Array("\(greeting)\r\n".utf8)) }
        session: while !greeting.isEmpty, let bytes = try? await connection.read(upTo: 4096), !bytes.isEmpty {
          input.append(bytes)
          while case .complete(let line)? = input.takeLine(limit: 4096) {
            if isInData, line.text != "." {
              lines.withLock { $0.append(line.text) }
              continue
            }
            let word = isInData ? "." : String(line.text.prefix { $0 != " " })
            commands.withLock { $0.append(word) }
            let answer = answer(word) ?? (word == "DATA" ? "354 go on" : "250 yes")
            if answer.isEmpty { break session }
            isInData = answer.hasPrefix("354")
            try? await connection.write(Array("\(answer)\r\n".utf8))
            if word == "QUIT" { break session }
          }
        }
        connection.close()
      }
    }
  }

  func stop() async {
    listener.close()
    await serving.value
  }
}
