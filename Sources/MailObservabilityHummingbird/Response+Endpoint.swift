// How does an answer of the endpoints become one of Hummingbird's?

#if Hummingbird
  import HTTPTypes
  import Hummingbird
  import MailObservability
  import NIOCore
  import Synchronization

  extension Response {
    /// - Parameter isHead: whether only the head is asked for, which says what a body would have said.
    init(_ answer: EndpointResponse, isHead: Bool) async {
      // Hummingbird's status is one of three digits, or the process ends.
      let status = HTTPResponse.Status(code: (200...599).contains(answer.status) ? answer.status : 500)
      var fields = HTTPFields(answer.headers)
      switch answer.body {
      case .bytes(let bytes) where isHead:
        fields[.contentLength] = String(bytes.count)
        self.init(status: status, headers: fields)
      case .bytes(let bytes):
        self.init(status: status, headers: fields, body: ResponseBody(byteBuffer: ByteBuffer(bytes: bytes)))
      case .stream(let stream) where isHead:
        fields[.contentLength] = await stream.length().map(String.init)
        self.init(status: status, headers: fields)
      case .stream(let stream):
        self.init(status: status, headers: fields, body: ResponseBody(stream))
      }
    }
  }

  extension ResponseBody {
    /// Asks for a piece when the one before has been taken: writing waits for a client that reads slowly.
    init(_ stream: EndpointBodyStream) {
      let reading = StreamReading(stream)
      self.init { writer in
        defer { reading.finish() }
        while let piece = try await reading.stream.next() { try await writer.write(ByteBuffer(bytes: piece)) }
        try await writer.finish(nil)
      }
    }
  }

  /// Tells a stream once that nobody reads it any more: when it has been written, when that failed, and when nobody began
  /// to, as for a client that had gone before the head.
  private final class StreamReading: Sendable {
    let stream: EndpointBodyStream
    private let isFinished = Atomic<Bool>(false)

    init(_ stream: EndpointBodyStream) { self.stream = stream }

    deinit { finish() }

    func finish() {
      if !isFinished.exchange(true, ordering: .relaxed) { stream.finish() }
    }
  }

  extension EndpointBodyStream {
    /// How long the body of the library's own stream is, which has an end. Nil for one of the host's, which may have none;
    /// none is asked for a piece then.
    fileprivate func length() async -> Int? {
      defer { finish() }
      guard isNonblocking else { return nil }
      var length = 0
      do {
        while let piece = try await next() { length += piece.count }
        return length
      } catch {
        return nil
      }
    }
  }

  extension HTTPFields {
    /// All but what frames a message, which is the server's.
    init(_ fields: EndpointFields) {
      self.init()
      for (name, value) in fields.list {
        guard let name = HTTPField.Name(name), !HTTPFields.framing.contains(name) else { continue }
        append(HTTPField(name: name, value: value))
      }
    }

    private static let framing: Set<HTTPField.Name> = [
      .connection, .contentLength, .transferEncoding, .te, .trailer, .upgrade,
    ]
  }
#endif
