// What do the JMAP methods do? Each takes arguments and gives a response, over the shared store (RFC 8621).

struct JMAPMethods {
  let account: String
  /// The capabilities that the request uses: methods of others are unknown to it.
  var using = Set(JMAPRequest.capabilities)
  /// How many octets the answer may have.
  var room = JMAPRequest.maxSizeResponse
  /// Answers a request for this account.
  let access: (StoreRequest) -> StoreAnswer

  static let names: Set<String> = [
    "Core/echo", "Mailbox/get", "Mailbox/changes", "Mailbox/query", "Mailbox/queryChanges", "Thread/get",
    "Thread/changes", "Email/get", "Email/changes", "Email/query", "Email/queryChanges", "Email/set",
  ]

  private static func capability(of name: String) -> String {
    JMAPRequest.capabilities[name == "Core/echo" ? 0 : 1]
  }

  /// An id that may hold any account name (RFC 8620 section 1.2 allows only some characters).
  static func accountID(of account: String) -> String {
    "u" + account.utf8.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
  }

  func perform(_ name: String, _ arguments: JSON) throws(JMAPMethodError) -> JSON {
    guard Self.names.contains(name), using.contains(Self.capability(of: name)) else {
      throw JMAPMethodError("unknownMethod", name)
    }
    if name == "Core/echo" { return arguments }
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
    case "Email/set": return try emailSet(arguments, mailboxes, state)
    case "Thread/get": return try threadGet(arguments, mailboxes, state)
    case "Email/queryChanges", "Mailbox/queryChanges": return try queryChanges(arguments, state)
    default: return try changes(arguments, state)
    }
  }

  func load(_ request: StoreRequest) throws(JMAPMethodError) -> ([Mailbox], state: Int) {
    let answer = access(request)
    if case .mailboxes(let mailboxes, let state) = answer { return (mailboxes, state) }
    if case .failure(.unavailable) = answer {
      throw JMAPMethodError("serverUnavailable", "The storage does not work")
    }
    if case .failure(let error) = answer { throw JMAPMethodError("serverFail", "\(error)") }
    throw JMAPMethodError("serverFail", "The storage did not answer the question")
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
    let given = arguments["position"] ?? 0
    guard let requested = given.integerValue else {
      throw JMAPMethodError("invalidArguments", "position must be a whole number")
    }
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
