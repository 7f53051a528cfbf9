// What does a client learn first? Limits, accounts, and where everything is (RFC 8620 section 2).

import EndpointMessages

extension JMAPServer {
  /// What clients put before a path, many of which take absolute URLs only; empty for a host that is none.
  static func base(of request: EndpointRequest) -> String {
    guard let host = request.headers["Host"], !host.isEmpty,
      host.utf8.allSatisfy({ $0.isLetter || $0.isDigit || ".-_:[]".utf8.contains($0) })
    else { return "" }
    return "http://\(host)"
  }

  /// The session resource (RFC 8620 section 2).
  func session(of account: Account, at base: String) -> JSON {
    let id = JMAPMethods.accountID(of: account.name)
    let core: JSON = .object([
      "maxSizeUpload": .integer(Self.maxSizeUpload), "maxConcurrentUpload": 1,
      "maxSizeRequest": .integer(JMAPRequest.maxSizeRequest),
      "maxConcurrentRequests": 4, "maxCallsInRequest": .integer(JMAPRequest.maxCallsInRequest),
      "maxObjectsInGet": .integer(JMAPRequest.maxObjects),
      "maxObjectsInSet": .integer(JMAPRequest.maxObjects),
      "collationAlgorithms": [],
    ])
    let mail: JSON = .object([
      "maxMailboxesPerEmail": 1, "maxMailboxDepth": .null, "maxSizeMailboxName": 100,
      "maxSizeAttachmentsPerEmail": 0, "emailQuerySortOptions": JMAPMethods.sortOptions,
      "mayCreateTopLevelMailbox": false,
    ])
    let names = JMAPRequest.capabilities
    return .object([
      "capabilities": .object([
        .init(name: names[0], value: core), .init(name: names[1], value: .object([:])),
      ]),
      "accounts": .object([
        .init(
          name: id,
          value: .object([
            "name": .string(account.name), "isPersonal": true, "isReadOnly": false,
            "accountCapabilities": .object([
              .init(name: names[0], value: .object([:])), .init(name: names[1], value: mail),
            ]),
          ]))
      ]),
      "primaryAccounts": .object(names.map { .init(name: $0, value: .string(id)) }),
      "username": .string(account.name), "apiUrl": .string(base + Self.apiPath),
      "downloadUrl": .string(base + Self.downloadPath + "{accountId}/{blobId}/{name}?type={type}"),
      "uploadUrl": .string(base + Self.uploadPath + "{accountId}/"),
      "eventSourceUrl": .string(
        base + Self.eventsPath + "?types={types}&closeafter={closeafter}&ping={ping}"),
      "state": .string(Self.sessionState),
    ])
  }
}
