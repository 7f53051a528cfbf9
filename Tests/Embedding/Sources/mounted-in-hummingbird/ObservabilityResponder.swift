// How are the endpoints mounted in Hummingbird, beside its own types?

import HTTPTypes
import Hummingbird
import MailObservability
import NIOCore

/// Hands requests to the endpoints, and their answers to the router.
struct ObservabilityResponder<Context: RequestContext & RemoteAddressRequestContext>: HTTPResponder {
  let endpoints: MetricsEndpoints

  func respond(to request: Request, context: Context) async throws -> Response {
    guard let endpointRequest = EndpointRequest(request.head, from: context.remoteAddress) else {
      return Response(status: .badRequest)
    }
    let answer = await endpoints.respond(to: endpointRequest)
    return Response(
      status: .init(code: answer.status), headers: HTTPFields(answer.headers), body: body(of: answer))
  }

  private func body(of answer: EndpointResponse) -> ResponseBody {
    switch answer.body {
    case .bytes(let bytes): ResponseBody(byteBuffer: ByteBuffer(bytes: bytes))
    case .stream(let stream):
      ResponseBody { writer in
        defer { stream.finished?() }
        while let part = try await stream.next() { try await writer.write(ByteBuffer(bytes: part)) }
        try await writer.finish(nil)
      }
    }
  }
}

extension EndpointRequest {
  /// Nil for a target that no answer but 400 is for.
  init?(_ head: HTTPRequest, from address: SocketAddress?) {
    var fields = EndpointFields()
    // HTTPTypes keeps `Host` apart, and whoever may see details is asked for it.
    if let authority = head.authority { fields.append("Host", authority) }
    for field in head.headerFields { fields.append(field.name.rawName, field.value) }
    do {
      try self.init(
        method: head.method.rawValue, target: head.path ?? "/", headers: fields, peer: EndpointPeer(address))
    } catch {
      return nil
    }
  }
}

extension EndpointPeer {
  init(_ address: SocketAddress?) {
    switch address {
    case .v4, .v6:
      self =
        EndpointPeer(ipAddress: address?.ipAddress ?? "", port: UInt16(clamping: address?.port ?? 0))
        ?? .unknown
    case .unixDomainSocket: self = .unix
    case nil: self = .unknown
    }
  }
}

extension HTTPFields {
  init(_ fields: EndpointFields) {
    self.init()
    for (name, value) in fields.list {
      if let name = HTTPField.Name(name) { append(HTTPField(name: name, value: value)) }
    }
  }
}

/// What Hummingbird knows of a request, and who sent it.
struct Context: RequestContext, RemoteAddressRequestContext {
  var coreContext: CoreRequestContextStorage
  let remoteAddress: SocketAddress?

  init(source: ApplicationRequestContextSource) {
    coreContext = .init(source: source)
    remoteAddress = source.channel.remoteAddress
  }
}
