// What do the JMAP methods do? Each takes arguments and gives a response, over the shared store (RFC 8621).

struct JMAPMethods {
  let account: String
  /// Answers a request for this account.
  let access: (StoreRequest) -> StoreAnswer

  static let names: Set<String> = [
    "Core/echo", "Mailbox/get", "Mailbox/query", "Email/query", "Email/get", "Email/set",
  ]

  /// An id that may hold any account name (RFC 8620 section 1.2 allows only some characters).
  static func accountID(of account: String) -> String {
    "u" + account.utf8.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
  }

  func perform(_ name: String, _ arguments: JSON) throws(JMAPMethodError) -> JSON {
    if name == "Core/echo" { return arguments }
    guard Self.names.contains(name) else { throw JMAPMethodError("unknownMethod", name) }
    guard let id = arguments["accountId"]?.stringValue else {
      throw JMAPMethodError("invalidArguments", "accountId is needed")
    }
    guard id == Self.accountID(of: account) else { throw JMAPMethodError("accountNotFound", id) }
    let (mailboxes, state) = try load(.mailboxes)
    switch name {
    case "Mailbox/get": return try mailboxGet(arguments, mailboxes, state)
    case "Mailbox/query": return try mailboxQuery(arguments, mailboxes, state)
    case "Email/query": return try emailQuery(arguments, mailboxes, state)
    case "Email/get": return try emailGet(arguments, mailboxes, state)
    default: return try emailSet(arguments, mailboxes, state)
    }
  }

  func load(_ request: StoreRequest) throws(JMAPMethodError) -> ([Mailbox], state: Int) {
    switch access(request) {
    case .mailboxes(let mailboxes, let state): return (mailboxes, state)
    case .failure(.unavailable): throw JMAPMethodError("serverUnavailable", "The storage does not work")
    case .failure(let error): throw JMAPMethodError("serverFail", "\(error)")
    case .copied, .subscriptions: throw JMAPMethodError("serverFail", "no mailboxes in the answer")
    }
  }

  /// The ids asked for, each once (RFC 8620 section 5.1); nil stands for all of them.
  func ids(_ arguments: JSON) throws(JMAPMethodError) -> [String]? {
    guard let value = arguments["ids"], value != .null else { return nil }
    guard let ids = value.strings else { throw JMAPMethodError("invalidArguments", "ids must be strings") }
    guard ids.count <= JMAPRequest.maxObjects else {
      throw JMAPMethodError("requestTooLarge", "more than \(JMAPRequest.maxObjects) ids")
    }
    var seen: Set<String> = []
    return ids.filter { seen.insert($0).inserted }
  }

  func properties(_ arguments: JSON, from known: [String], default defaults: [String])
    throws(JMAPMethodError) -> Set<String>
  {
    guard let value = arguments["properties"], value != .null else { return Set(defaults) }
    guard let names = value.strings, names.allSatisfy(known.contains) else {
      throw JMAPMethodError("invalidArguments", "unknown property")
    }
    return Set(names).union(["id"])
  }

  func getResponse(_ list: [JSON], notFound: [String], _ state: Int) -> JSON {
    .object([
      "accountId": .string(Self.accountID(of: account)), "state": .string("\(state)"), "list": .array(list),
      "notFound": .array(notFound.map(JSON.string)),
    ])
  }

  /// A page of a query's result (RFC 8620 section 5.5).
  func queryResponse(_ ids: [String], _ arguments: JSON, _ state: Int) throws(JMAPMethodError) -> JSON {
    guard arguments["anchor"] ?? .null == .null else {
      throw JMAPMethodError("anchorNotFound", "anchors are not kept")
    }
    let requested = arguments["position"]?.integerValue ?? 0
    // A negative position counts from the end; `-ids.count` is the farthest that makes a difference.
    let position = requested < 0 ? max(0, ids.count + max(requested, -ids.count)) : requested
    var limit = JMAPRequest.maxObjects
    if let value = arguments["limit"], value != .null {
      guard let wanted = value.integerValue, wanted >= 0 else {
        throw JMAPMethodError("invalidArguments", "limit must not be negative")
      }
      limit = min(limit, wanted)
    }
    let page = position < ids.count ? Array(ids.dropFirst(position).prefix(limit)) : []
    var members: [JSON.Member] = [
      .init(name: "accountId", value: .string(Self.accountID(of: account))),
      .init(name: "queryState", value: .string("\(state)")),
      .init(name: "canCalculateChanges", value: false), .init(name: "position", value: .integer(position)),
      .init(name: "ids", value: .array(page.map(JSON.string))),
    ]
    if arguments["calculateTotal"]?.boolValue == true {
      members.append(.init(name: "total", value: .integer(ids.count)))
    }
    return .object(members)
  }
}
