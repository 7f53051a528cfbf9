// Are answers changed where grpc-swift does not stand them, and nowhere else?

#if OTLPGRPC
  @testable import MailObservabilityOTLPGRPC
  import NIOCore
  import NIOEmbedded
  import NIOHPACK
  import NIOHTTP2
  import Testing

  @Suite("Between HTTP/2 and gRPC")
  struct AnswerMendingTests {
    typealias Payload = HTTP2Frame.FramePayload

    /// What grpc-swift reads of these header fields.
    private func read(_ fields: HPACKHeaders, by channel: EmbeddedChannel) throws -> HPACKHeaders {
      try channel.writeInbound(Payload.headers(.init(headers: fields)))
      guard case .headers(let frame)? = try channel.readInbound(as: Payload.self) else { return [:] }
      return frame.headers
    }

    /// What it reads of these bytes, which come in pieces.
    private func read(_ bytes: [UInt8], ofSize size: Int, by channel: EmbeddedChannel) throws -> [UInt8] {
      var (rest, seen) = (bytes[...], [UInt8]())
      while !rest.isEmpty {
        let piece = ByteBuffer(bytes: rest.prefix(size))
        rest = rest.dropFirst(size)
        try channel.writeInbound(Payload.data(.init(data: .byteBuffer(piece))))
        if case .data(let frame)? = try channel.readInbound(as: Payload.self),
          case .byteBuffer(let buffer) = frame.data
        {
          seen += buffer.readableBytesView
        }
      }
      return seen
    }

    @Test(
      "a percent sign of a message that encodes nothing is encoded",
      arguments: [
        ("85%", "85%25"), ("85%2", "85%252"), ("85% full", "85%25 full"), ("%", "%25"),
        ("%%41%zz", "%25%41%25zz"), ("%41%c3%A9", "%41%c3%A9"), ("", ""), ("plain", "plain"),
      ])
    func percents(_ message: String, _ expected: String) throws {
      let channel = EmbeddedChannel(handler: AnswerMending())
      let fields: HPACKHeaders = ["grpc-status": "14", "grpc-message": message, "x": "85%"]
      let seen = try read(fields, by: channel)
      #expect(seen["grpc-message"] == [expected])
      #expect(seen["grpc-status"] == ["14"] && seen["x"] == ["85%"])
    }

    static let messages: [[UInt8]] = [[1, 2, 3], [], [UInt8](repeating: 1, count: 255), [1]]

    static func framed(_ flag: UInt8) -> [UInt8] {
      messages.flatMap { message in [flag, 0, 0, 0, UInt8(message.count)] + message }
    }

    @Test(
      "compressed messages look as if they were not, however they are cut", arguments: [1, 2, 4, 5, 7, 1000])
    func compressed(size: Int) throws {
      let channel = EmbeddedChannel(handler: AnswerMending())
      let head = try read([":status": "200", "grpc-encoding": "gzip"], by: channel)
      #expect(head["grpc-encoding"].isEmpty && head[":status"] == ["200"])
      #expect(try read(Self.framed(1), ofSize: size, by: channel) == Self.framed(0))
    }

    @Test("what is not compressed by gzip is left alone", arguments: ["identity", "zstd", ""])
    func others(encoding: String) throws {
      let channel = EmbeddedChannel(handler: AnswerMending())
      let fields: HPACKHeaders = encoding.isEmpty ? [:] : ["grpc-encoding": encoding]
      #expect(try read(fields, by: channel) == fields)
      #expect(try read(Self.framed(1), ofSize: 3, by: channel) == Self.framed(1))
    }
  }
#endif
