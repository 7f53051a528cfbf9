// How does OTLP write a span?

import TraceSpans

/// The bits above those of W3C: whether it is known that a context came from another process, and whether it
/// did. Source: opentelemetry-proto, `SpanFlags`.
private enum RemoteFlags {
  static let isKnown: UInt32 = 0x100
  static let isRemote: UInt32 = 0x200
}

extension TraceFlags {
  /// The flags of a span or link, with what is known of `context`, the one that it comes after or refers to.
  @inline(__always)
  fileprivate func withOrigin(of context: TraceContext?) -> UInt32 {
    let remote = context?.isRemote == true ? RemoteFlags.isRemote : 0
    return UInt32(rawValue) | RemoteFlags.isKnown | remote
  }
}

extension ProtobufWriter {
  /// A `Span` message.
  mutating func span(_ number: UInt8, _ span: SpanRecording) {
    let contents = span.contents
    message(number) { writer in
      writer.reserve(6)
      writer.fixed32(span.context.flags.withOrigin(of: span.parent))
      writer.tag(16, .fixed32)
      writer.status(contents.status)
      writer.field(14, uint32: contents.droppedLinks)
      for link in contents.links.reversed() { writer.link(link) }
      writer.field(12, uint32: contents.droppedEvents)
      for event in contents.events.reversed() { writer.event(event) }
      writer.field(10, uint32: contents.attributes.dropped)
      writer.attributes(9, contents.attributes.attributes)
      writer.field(8, time: span.end ?? span.start)
      writer.field(7, time: span.start)
      writer.reserve(2)
      writer.byte(UInt8(truncatingIfNeeded: span.kind.rawValue))
      writer.tag(6, .varint)
      writer.field(5, text: span.name)
      if let parent = span.parent { writer.spanID(4, parent.spanID) }
      writer.field(3, text: span.context.state.text)
      writer.spanID(2, span.context.spanID)
      writer.traceID(1, span.context.traceID)
    }
  }

  private mutating func link(_ link: SpanContents.Link) {
    message(13) { writer in
      writer.reserve(6)
      writer.fixed32(link.context.flags.withOrigin(of: link.context))
      writer.tag(6, .fixed32)
      writer.field(5, uint32: link.attributes.dropped)
      writer.attributes(4, link.attributes.attributes)
      writer.field(3, text: link.context.state.text)
      writer.spanID(2, link.context.spanID)
      writer.traceID(1, link.context.traceID)
    }
  }

  private mutating func event(_ event: SpanContents.Event) {
    message(11) { writer in
      writer.field(4, uint32: event.attributes.dropped)
      writer.attributes(3, event.attributes.attributes)
      writer.field(2, text: event.name)
      writer.field(1, time: event.time)
    }
  }

  /// A `Status`, which is left out where nothing was said.
  @inline(__always)
  private mutating func status(_ status: TraceSpan.Status) {
    guard status != .unset else { return }
    message(15) { writer in
      writer.reserve(2)
      writer.byte(status == .ok ? 1 : 2)
      writer.tag(3, .varint)
      if case .error(let message) = status { writer.field(2, text: message) }
    }
  }

  @inline(__always)
  private mutating func spanID(_ number: UInt8, _ id: SpanID) {
    reserve(10)
    fixed64(id.value.byteSwapped)
    byte(8)
    tag(number, .lengthDelimited)
  }

  @inline(__always)
  private mutating func traceID(_ number: UInt8, _ id: TraceID) {
    reserve(18)
    fixed64(id.low.byteSwapped)
    fixed64(id.high.byteSwapped)
    byte(16)
    tag(number, .lengthDelimited)
  }
}
