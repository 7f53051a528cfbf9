// How are the endpoints mounted in an application of Hummingbird's?

#if Hummingbird
  import HTTPTypes
  public import Hummingbird
  public import MailObservability

  extension MetricsEndpoints {
    /// Answers a request of Hummingbird's, for a route that the host writes. What is wrong with a request is a response as
    /// well, so nothing is thrown.
    ///
    /// A streamed body is written piece by piece, each when the one before has left, and is told once that nobody reads it any
    /// more, when the client goes away too. `HEAD` is answered as `GET`, without the body.
    ///
    /// - Parameter context: one that knows who sent the request, which decides who may see details: ``PeerRequestContext``,
    ///   or the host's own.
    public func respond(
      to request: Request, context: some RemoteAddressRequestContext
    ) async -> Response {
      await respond(to: request, target: nil, context)
    }

    func respond(
      to request: Request, target: String?, _ context: some RemoteAddressRequestContext
    ) async -> Response {
      let isHead = request.method == .head
      do throws(EndpointRequestError) {
        var request = try EndpointRequest(request.head, target: target, from: context.remoteAddress)
        var answer = await respond(to: request)
        // Of a long exposition that nobody is to read only the beginning is made, and NIO can frame no answer of unknown
        // length that has no body.
        if isHead, case .stream(let stream) = answer.body, stream.isNonblocking {
          stream.finish()
          request.method = "GET"
          answer = await respond(to: request)
        }
        return await Response(answer, isHead: isHead)
      } catch {
        return await Response(.text(400, error.message + "\n"), isHead: isHead)
      }
    }
  }

  extension RouterMethods where Context: RemoteAddressRequestContext {
    /// Adds every path of the endpoints, prefix included, for `GET`, `HEAD` and `OPTIONS`; other methods are unknown to the
    /// router there.
    ///
    /// On a group of routes all of it stands below the group's path, and the middlewares of the group apply; so do those of
    /// a router that were added before. Hummingbird ends the process when a path has a handler already: a host with a page of
    /// its own at `/` gives the endpoints a `pathPrefix`, or a group.
    ///
    /// - Returns: the router.
    @discardableResult
    public func mount(_ endpoints: MetricsEndpoints) -> Self {
      var known: Set<String> = []
      for path in endpoints.paths(parameter: "{check}").map({ RouterPath($0) })
      where known.insert(path.description).inserted {
        for method in [HTTPRequest.Method.get, .head, .options] {
          on(path, method: method) { request, context in
            await endpoints.respond(to: request, mountedAt: path, context)
          }
        }
      }
      return self
    }
  }

  extension MetricsEndpoints {
    /// - Parameter path: what was given to the router, whose groups may have put something before.
    fileprivate func respond(
      to request: Request, mountedAt path: RouterPath, _ context: some RemoteAddressRequestContext
    ) async -> Response {
      let depth = context.endpointPath.map { RouterPath($0).count - path.count } ?? 0
      guard depth > 0 else { return await respond(to: request, context: context) }
      let whole = request.uri.path
      // Links on the page are relative, and lead out of the group when no slash ends its path.
      if path.isEmpty, !whole.hasSuffix("/"), let last = whole.split(separator: "/").last {
        return Response(status: .permanentRedirect, headers: [.location: "./\(last)/"])
      }
      let query = request.uri.query.map { "?" + $0 } ?? ""
      return await respond(to: request, target: whole.droppingSegments(depth) + query, context)
    }
  }
#endif
