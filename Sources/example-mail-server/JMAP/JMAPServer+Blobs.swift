// How are octets carried, and news told? Download, upload and the event source (RFC 8620, 6 and 7.3).

import EndpointMessages

extension JMAPServer {
  /// No method here has a use for a file, so only what is empty can be uploaded.
  static let maxSizeUpload = 0
  private static let emptyBlob = "b0"

  /// `/jmap/download/{accountId}/{blobId}/{name}?type={type}`
  func download(_ request: EndpointRequest, for account: Account) -> EndpointResponse {
    let words = request.path.dropFirst(Self.downloadPath.count).split(
      separator: "/", omittingEmptySubsequences: false)
    guard words.count >= 3, words[0] == JMAPMethods.accountID(of: account.name) else { return Self.noBlob }
    var octets: [UInt8] = []
    if words[1] != Self.emptyBlob {
      guard case .mailboxes(let mailboxes, _) = store.answer(.mailboxes, user: account.name) else {
        return .text(503, "The storage does not work\n")
      }
      guard let blob = JMAPBlob(id: words[1]), let found = blob.octets(in: mailboxes) else {
        return Self.noBlob
      }
      octets = found
    }
    let type = request.query["type"] ?? ""
    return EndpointResponse(
      status: 200,
      headers: [
        // A page of somebody else's making must not be run as one of ours.
        "Content-Type": Self.isText(type) ? type : "application/octet-stream",
        "Content-Disposition": Self.disposition(fileName: words[2...].joined(separator: "/")),
        "Content-Security-Policy": "sandbox; default-src 'none'",
        "X-Content-Type-Options": "nosniff", "Cache-Control": "private, immutable, max-age=31536000",
      ], body: .bytes(octets))
  }

  private static let noBlob = EndpointResponse.text(404, "There is no such blob\n")

  private static func disposition(fileName: String) -> String {
    let isPlain = fileName.utf8.allSatisfy { $0.isPrintable && !#"/\""#.utf8.contains($0) }
    return isPlain && !fileName.isEmpty ? "attachment; filename=\"\(fileName)\"" : "attachment"
  }

  private static func isText(_ type: String) -> Bool {
    !type.isEmpty && type.utf8.count <= 255 && type.utf8.allSatisfy(\.isPrintable)
  }

  /// `/jmap/upload/{accountId}/`
  func upload(_ request: EndpointRequest, for account: Account) -> EndpointResponse {
    let id = JMAPMethods.accountID(of: account.name)
    guard request.path == Self.uploadPath + id + "/" || request.path == Self.uploadPath + id else {
      return .text(404, "There is no such account\n")
    }
    guard request.body.count <= Self.maxSizeUpload else {
      let error = JMAPRequestError(
        type: "limit", detail: "A file may have \(Self.maxSizeUpload) octets", limit: "maxSizeUpload",
        status: 413)
      return Self.json(error.status, error.body, contentType: "application/problem+json")
    }
    return Self.json(
      201,
      .object([
        "accountId": .string(id), "blobId": .string(Self.emptyBlob),
        "type": .string(request.headers["Content-Type"] ?? "application/octet-stream"), "size": 0,
      ]))
  }

  /// `/jmap/events?types={types}&closeafter={closeafter}&ping={ping}`: the state as it is, once. Clients of an
  /// event source come again when it ends, and hear in which time; what they know already is not repeated.
  func events(_ request: EndpointRequest, for account: Account) -> EndpointResponse {
    guard case .mailboxes(_, let state) = store.answer(.mailboxes, user: account.name) else {
      return .text(503, "The storage does not work\n")
    }
    let wanted = (request.query["types"] ?? "*").split(separator: ",")
    let types = ["Email", "Mailbox", "Thread"].filter { wanted.contains("*") || wanted.contains($0[...]) }
    var text = "retry: 30000\n"
    if !types.isEmpty, request.headers["Last-Event-ID"] != "\(state)" {
      let change = JSON.object([
        "@type": "StateChange",
        "changed": .object([
          .init(
            name: JMAPMethods.accountID(of: account.name),
            value: .object(types.map { .init(name: $0, value: .string("\(state)")) }))
        ]),
      ])
      text += "id: \(state)\nevent: state\ndata: \(change.encoded.text)\n"
    }
    return EndpointResponse(
      status: 200, headers: ["Content-Type": "text/event-stream", "Cache-Control": "no-store"],
      body: .bytes(Array((text + "\n").utf8)))
  }
}
