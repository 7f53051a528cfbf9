// How do the bytes of an exposition get here, and which format are they?

import EndpointMessages
import MetricParsing
import ObservabilityHTTP
import ObservabilityPlatform

/// Why there are none, on one line.
struct InputFailure: Error, Equatable {
  let reason: String
}

/// An exposition that was fetched, and not yet read.
struct ExpositionInput: Equatable {
  let bytes: [UInt8]
  let format: ExpositionParser.Format

  /// The most that is taken, which is the most that the parser takes.
  static let mostBytes = ExpositionParser.Limits().totalBytes

  init(_ source: Source, _ reading: Invocation.Reading) throws(InputFailure) {
    switch source {
    case .standardInput:
      bytes = try ExpositionInput.read(STDIN_FILENO)
      format = reading.format ?? ExpositionInput.format(of: bytes)
    case .file(let path):
      let descriptor = ExpositionInput.open(path)
      guard descriptor >= 0 else { throw InputFailure(reason: SystemError.text(errno)) }
      defer { close(descriptor) }
      bytes = try ExpositionInput.read(descriptor)
      format = reading.format ?? ExpositionInput.format(of: bytes)
    case .url(let text):
      let answer = try ExpositionInput.fetch(
        text, path: "/metrics", accept: ExpositionInput.accepted(reading.format), within: reading.timeout)
      format = try ExpositionInput.format(
        of: answer.body, contentType: answer.fields["Content-Type"], wanted: reading.format)
      bytes = answer.body
    }
  }

  /// What is called so in messages.
  static func shown(_ source: Source) -> String {
    switch source {
    case .standardInput: "-"
    case .file(let path): path.oneLine(atMost: 1_024)
    case .url(let text):
      if let endpoint = try? ClientEndpoint(text) {
        endpoint.shown.oneLine(atMost: 1_024)
      } else {
        wrong(text)
      }
    }
  }

  /// A URL that is none, without what may be secret in it: before an @, and in the query.
  private static func wrong(_ text: String) -> String {
    guard text.utf8.contains(UInt8(ascii: "@")) else {
      return String(text.prefix { $0 != "?" }).oneLine(atMost: 1_024)
    }
    return text.prefix { $0 != ":" } + "://…"
  }

  // MARK: - Formats

  /// OpenMetrics ends with `# EOF`, which in text is a comment that hardly anybody writes.
  static func format(of bytes: [UInt8]) -> ExpositionParser.Format {
    let end = bytes.last == UInt8(ascii: "\n") ? bytes.dropLast() : bytes[...]
    guard end.suffix(5).elementsEqual("# EOF".utf8) else { return .text }
    return end.count == 5 || end.dropLast(5).last == UInt8(ascii: "\n") ? .openMetrics : .text
  }

  static func format(
    of body: [UInt8], contentType: String?, wanted: ExpositionParser.Format?
  ) throws(InputFailure) -> ExpositionParser.Format {
    if let wanted { return wanted }
    guard let contentType else { return format(of: body) }
    let type = contentType.prefix { $0 != ";" && $0 != " " }.lowercased()
    switch type {
    case "application/openmetrics-text": return .openMetrics
    case "text/plain": return .text
    default:
      throw InputFailure(
        reason: "the answer is of the type \"\(type.oneLine(atMost: 128))\", which is none of an exposition; "
          + "--format reads it all the same")
    }
  }

  // MARK: - Bytes

  /// Opens a file by the bytes of the argument that names it, which need not be UTF-8.
  private static func open(_ path: String) -> Int32 {
    let flags = O_RDONLY | O_CLOEXEC
    for index in 0..<Int(CommandLine.argc) {
      guard let argument = CommandLine.unsafeArgv[index],
        String(cString: argument).utf8.elementsEqual(path.utf8)
      else { continue }
      return systemOpen(argument, flags)
    }
    return systemOpen(path, flags)
  }

  private static func systemOpen(_ path: UnsafePointer<CChar>, _ flags: Int32) -> Int32 {
    #if canImport(Darwin)
      Darwin.open(path, flags)
    #elseif canImport(Musl)
      Musl.open(path, flags)
    #else
      Glibc.open(path, flags)
    #endif
  }

  private static func read(_ descriptor: Int32) throws(InputFailure) -> [UInt8] {
    var all: [UInt8] = []
    var piece = [UInt8](repeating: 0, count: 256 << 10)
    while true {
      let count = systemRead(descriptor, &piece)
      if count == 0 { return all }
      if count < 0 {
        let code = errno
        if code == EINTR { continue }
        if code == EAGAIN || code == EWOULDBLOCK {
          var waiting = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
          _ = poll(&waiting, 1, -1)
          continue
        }
        throw InputFailure(reason: SystemError.text(code))
      }
      guard all.count + count <= mostBytes else { throw tooLarge(mostBytes) }
      all.append(contentsOf: piece[..<count])
    }
  }

  private static func tooLarge(_ limit: Int) -> InputFailure {
    InputFailure(reason: "there are more than \(limit >> 20) MiB")
  }

  private static func systemRead(_ descriptor: Int32, _ piece: inout [UInt8]) -> Int {
    piece.withUnsafeMutableBytes { buffer in
      #if canImport(Darwin)
        Darwin.read(descriptor, buffer.baseAddress, buffer.count)
      #elseif canImport(Musl)
        Musl.read(descriptor, buffer.baseAddress, buffer.count)
      #else
        Glibc.read(descriptor, buffer.baseAddress, buffer.count)
      #endif
    }
  }

  /// - Parameters:
  ///   - path: what is asked for where the URL has none.
  ///   - query: what is put behind the path.
  ///   - limit: the most bytes of a body that are taken.
  static func fetch(
    _ text: String, path: String, query: String = "", accept: String, within timeout: Duration,
    atMost limit: Int = mostBytes
  ) throws(InputFailure) -> ClientAnswer {
    let answer: ClientAnswer
    do {
      let endpoint = try ClientEndpoint(text)
      var limits = AnswerLimits()
      limits.maximumBodySize = limit
      let request = ClientRequest(
        method: "GET", path: endpoint.target(withoutPath: path) + query,
        fields: [("Accept", accept), ("User-Agent", "mailobs/\(Command.version)")])
      answer = try HTTPRequester.answer(
        to: request, at: endpoint, limits: limits, within: timeout, threadName: "fetch")
    } catch let failure as ClientEndpoint.Failure where text.utf8.contains(UInt8(ascii: "@")) {
      throw InputFailure(reason: "\(failure); pipe what curl fetches, and read -")
    } catch ClientError.timedOut(let phase) {
      throw InputFailure(reason: "no answer in \(timeout), while \(phase.rawValue)")
    } catch {
      throw InputFailure(reason: "\(error)")
    }
    try check(answer)
    guard !answer.isBodyCut else { throw tooLarge(limit) }
    return answer
  }

  private static func check(_ answer: ClientAnswer) throws(InputFailure) {
    switch answer.status {
    case 200: break
    case 300...399:
      let place = answer.fields["Location"].map { " to \"\($0.oneLine(atMost: 256))\"" } ?? ""
      throw InputFailure(
        reason: "the server answered \(answer.status), a redirect\(place), which is not followed")
    case 401, 407:
      throw InputFailure(
        reason:
          "the server answered \(answer.status): it asks for a password; pipe what curl fetches, and read -")
    default: throw InputFailure(reason: "the server answered \(answer.status)")
    }
    if let coding = answer.fields["Content-Encoding"], coding.lowercased() != "identity" {
      throw InputFailure(
        reason: "the body is encoded as \"\(coding.oneLine(atMost: 64))\", which was not asked for")
    }
  }

  /// What Prometheus asks for, without protobuf; only what is read in the end.
  private static func accepted(_ format: ExpositionParser.Format?) -> String {
    let openMetrics =
      "application/openmetrics-text;version=1.0.0;escaping=allow-utf-8;q=0.9,"
      + "application/openmetrics-text;version=0.0.1;q=0.8"
    let text = "text/plain;version=1.0.0;escaping=allow-utf-8;q=0.7,text/plain;version=0.0.4;q=0.6"
    return switch format {
    case .openMetrics: openMetrics
    case .text: text
    case nil: openMetrics + "," + text
    }
  }
}
