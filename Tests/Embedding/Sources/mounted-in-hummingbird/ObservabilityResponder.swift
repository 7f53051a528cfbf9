// How are the endpoints mounted in Hummingbird, beside its own types?

import Foundation
import HTTPTypes
import Hummingbird
import MailObservability
import NIOCore

/// Hands requests to the endpoints, and their answers to the router.
struct ObservabilityResponder<Context: RequestContext & RemoteAddressRequestContext>: HTTPResponder {
  let endpoints: MetricsEndpoints

  func respond(to request: Request, context: Context) async throws -> Response {
    var fields = EndpointFields()
    for field in request.headers { fields.append(field.name.rawName, field.value) }
    let endpointRequest: EndpointRequest
    do {
      endpointRequest = try EndpointRequest(
        method: request.method.rawValue, target: request.uri.string, headers: fields,
        peer: EndpointPeer(context.remoteAddress))
    } catch {
      return Response(status: .badRequest)
    }
    let answer = await endpoints.respond(to: endpointRequest)
    var headers = HTTPFields()
    for (name, value) in answer.headers.list {
      if let name = HTTPField.Name(name) { headers.append(HTTPField(name: name, value: value)) }
    }
    return Response(status: .init(code: answer.status), headers: headers, body: body(of: answer))
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

extension EndpointPeer {
  init(_ address: SocketAddress?) {
    switch address {
    case .v4, .v6:
      self = .ip(Self.bytes(of: address?.ipAddress ?? ""), port: UInt16(clamping: address?.port ?? 0))
    case .unixDomainSocket: self = .unix
    case nil: self = .unknown
    }
  }

  /// The 4 or 16 bytes of an address; none when it is not one.
  private static func bytes(of text: String) -> [UInt8] {
    let family = text.contains(":") ? AF_INET6 : AF_INET
    var bytes = [UInt8](repeating: 0, count: family == AF_INET6 ? 16 : 4)
    return inet_pton(family, text, &bytes) == 1 ? bytes : []
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
