// Which answers of a collector does grpc-swift not stand?

#if OTLPGRPC
  import NIOCore
  import NIOHPACK
  import NIOHTTP2

  /// Changes what comes on a stream, before grpc-swift reads it.
  ///
  /// A percent sign at the end of a `grpc-message`, as of a collector that says how full it is, ends the process in
  /// grpc-swift-nio-transport 2.9. A server of grpc-go compresses its answer as the request was, whether it may or not:
  /// grpc-swift takes that for an error unless it may inflate it, which of a stream that is cut short it does for ever. So it
  /// is handed over as it is.
  ///
  /// Source: gRPC over HTTP2, "Responses": what is not encoded as it should be is no reason for an error.
  final class AnswerMending: ChannelInboundHandler {
    typealias InboundIn = HTTP2Frame.FramePayload
    typealias InboundOut = HTTP2Frame.FramePayload

    /// Nil while messages are not compressed.
    private var flags: MessageFlags?

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
      switch unwrapInboundIn(data) {
      case .headers(var frame):
        mend(&frame.headers)
        context.fireChannelRead(wrapInboundOut(.headers(frame)))
      case .data(var frame):
        guard flags != nil, case .byteBuffer(var bytes) = frame.data else {
          return context.fireChannelRead(data)
        }
        flags?.clear(in: &bytes)
        frame.data = .byteBuffer(bytes)
        context.fireChannelRead(wrapInboundOut(.data(frame)))
      default: context.fireChannelRead(data)
      }
    }

    private func mend(_ headers: inout HPACKHeaders) {
      if headers.first(name: "grpc-encoding") == "gzip" {
        headers.remove(name: "grpc-encoding")
        flags = MessageFlags()
      }
      guard let message = headers.first(name: "grpc-message"), message.utf8.contains(UInt8(ascii: "%")) else {
        return
      }
      headers.replaceOrAdd(name: "grpc-message", value: message.encodingStrayPercents())
    }
  }

  /// Where messages begin among the bytes of a stream, however they are cut.
  ///
  /// Source: gRPC over HTTP2, "Length-Prefixed-Message".
  struct MessageFlags {
    /// How much of a message's prefix has been read: a flag, and four bytes of its length.
    private var prefix = 0
    private var length: UInt32 = 0
    /// What is to come of a message.
    private var rest = 0

    /// Makes compressed messages look as if they were not.
    mutating func clear(in buffer: inout ByteBuffer) {
      var index = buffer.readerIndex
      while index < buffer.writerIndex {
        if rest > 0 {
          let count = min(rest, buffer.writerIndex - index)
          rest -= count
          index += count
          continue
        }
        if prefix == 0 {
          length = 0
          buffer.setInteger(UInt8(0), at: index)
        } else {
          length = length << 8 | UInt32(buffer.getInteger(at: index, as: UInt8.self) ?? 0)
        }
        prefix += 1
        index += 1
        if prefix == 5 { (prefix, rest) = (0, Int(length)) }
      }
    }
  }

  extension String {
    /// With each percent sign encoded that encodes nothing itself.
    func encodingStrayPercents() -> String {
      let bytes = Array(utf8)
      var result: [UInt8] = []
      result.reserveCapacity(bytes.count + 2)
      for (index, byte) in bytes.enumerated() {
        result.append(byte)
        guard byte == UInt8(ascii: "%") else { continue }
        let digits = bytes[(index + 1)...].prefix(2)
        let isEncoding = digits.count == 2 && digits.allSatisfy { Character(Unicode.Scalar($0)).isHexDigit }
        if !isEncoding { result += Array("25".utf8) }
      }
      return String(decoding: result, as: UTF8.self)
    }
  }
#endif
