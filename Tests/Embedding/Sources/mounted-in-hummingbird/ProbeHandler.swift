// How are probes answered in Hummingbird while no task can run?

import HTTPTypes
import Hummingbird
import MailObservability
import NIOCore
import NIOHTTPTypes

/// Answers probes on the connection's event loop, before a task is needed for them. Everything else goes on to the
/// router.
///
/// While tasks do not run, NIO accepts some ten connections more and then leaves new ones to the system: enough for a
/// kubelet to hear that the executor is stuck, and to act on it.
final class ProbeHandler: ChannelDuplexHandler, RemovableChannelHandler {
  typealias InboundIn = HTTPRequestPart
  typealias InboundOut = HTTPRequestPart
  typealias OutboundIn = HTTPResponsePart
  typealias OutboundOut = HTTPResponsePart

  private let endpoints: MetricsEndpoints
  /// Requests that the router has not answered yet. Their answers come first.
  private var inProgress = 0
  /// The answer to the request whose head has been read.
  private var answer: EndpointResponse?
  private var isHead = false
  private var closes = false

  init(_ endpoints: MetricsEndpoints) { self.endpoints = endpoints }

  func channelRead(context: ChannelHandlerContext, data: NIOAny) {
    switch unwrapInboundIn(data) {
    case .head(let head):
      answer = inProgress == 0 ? probeAnswer(to: head, from: context.remoteAddress) : nil
      if answer != nil {
        isHead = head.method == .head
        closes = head.headerFields[.connection]?.lowercased() == "close"
      } else {
        inProgress += 1
        context.fireChannelRead(data)
      }
    case .body: if answer == nil { context.fireChannelRead(data) }
    case .end:
      guard let answer else { return context.fireChannelRead(data) }
      self.answer = nil
      write(answer, to: context)
    }
  }

  func write(context: ChannelHandlerContext, data: NIOAny, promise: EventLoopPromise<Void>?) {
    if case .end = unwrapOutboundIn(data) { inProgress -= 1 }
    context.write(data, promise: promise)
  }

  private func probeAnswer(to head: HTTPRequest, from address: SocketAddress?) -> EndpointResponse? {
    guard let request = EndpointRequest(head, from: address), endpoints.isProbe(request) else { return nil }
    return endpoints.respondAtOnce(to: request)
  }

  private func write(_ answer: EndpointResponse, to context: ChannelHandlerContext) {
    // Probes are answered with bytes.
    guard case .bytes(let bytes) = answer.body else { return context.close(promise: nil) }
    var fields = HTTPFields(answer.headers)
    fields[.contentLength] = String(bytes.count)
    if closes { fields[.connection] = "close" }
    let head = HTTPResponse(status: .init(code: answer.status), headerFields: fields)
    context.write(wrapOutboundOut(.head(head)), promise: nil)
    if !isHead { context.write(wrapOutboundOut(.body(ByteBuffer(bytes: bytes))), promise: nil) }
    context.writeAndFlush(wrapOutboundOut(.end(nil)), promise: nil)
    if closes { context.close(promise: nil) }
  }
}
