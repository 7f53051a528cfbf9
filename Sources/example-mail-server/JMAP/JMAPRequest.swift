// What does a JMAP request ask for? Method calls with result references (RFC 8620 section 3).

/// An error about a request as a whole (RFC 8620 section 3.6.1), answered as problem details.
struct JMAPRequestError: Error, Equatable {
  let type: String
  let detail: String
  var limit: String?
  var status = 400

  var body: JSON {
    var members: [JSON.Member] = [
      .init(name: "type", value: .string("urn:ietf:params:jmap:error:\(type)")),
      .init(name: "status", value: .integer(status)), .init(name: "detail", value: .string(detail)),
    ]
    if let limit { members.append(.init(name: "limit", value: .string(limit))) }
    return .object(members)
  }
}

/// An error of one method call (RFC 8620 section 3.6.2).
struct JMAPMethodError: Error, Equatable {
  let type: String
  let description: String

  init(_ type: String, _ description: String) {
    self.type = type
    self.description = description
  }

  static let answerTooLarge = JMAPMethodError(
    "requestTooLarge", "The answer would be larger than \(JMAPRequest.maxSizeResponse) octets")

  var arguments: JSON { .object(["type": .string(type), "description": .string(description)]) }
}

struct JMAPCall: Sendable {
  let name: String
  let arguments: JSON
  let id: String
}

struct JMAPResponse: Sendable {
  let name: String
  let arguments: JSON
  let id: String

  var json: JSON { [.string(name), arguments, .string(id)] }
}

struct JMAPRequest: Sendable {
  static let capabilities = ["urn:ietf:params:jmap:core", "urn:ietf:params:jmap:mail"]
  static let maxSizeRequest = 256 * 1024
  static let maxCallsInRequest = 16
  static let maxObjects = 500
  /// What one request may be answered with, or a few of them would fill the memory: there is no word for it in the
  /// session. A whole message can always be downloaded.
  static let maxSizeResponse = 12 * 1024 * 1024

  /// The capabilities whose methods the client may call.
  let using: Set<String>
  let calls: [JMAPCall]
  /// Given back as it came, since nothing is created here; nil when the client gave none.
  let createdIDs: JSON?

  /// The one type of a request (RFC 8620 section 3.1), whatever its parameters.
  static func isJSON(contentType: String?) -> Bool {
    let type = Array((contentType ?? "").utf8).prefix { $0 != UInt8(ascii: ";") }
    return type.trimmed.equals(ignoringCase: "application/json")
  }

  init(body: [UInt8]) throws(JMAPRequestError) {
    guard body.count <= Self.maxSizeRequest else {
      throw JMAPRequestError(
        type: "limit", detail: "The request is larger than \(Self.maxSizeRequest) octets",
        limit: "maxSizeRequest")
    }
    let json: JSON
    do {
      json = try JSONParser.parse(body)
    } catch {
      throw JMAPRequestError(type: "notJSON", detail: "\(error.message) at octet \(error.offset)")
    }
    guard let using = json["using"]?.strings, let calls = json["methodCalls"]?.arrayValue else {
      throw JMAPRequestError(type: "notRequest", detail: "using and methodCalls are needed")
    }
    if let unknown = using.first(where: { !Self.capabilities.contains($0) }) {
      throw JMAPRequestError(type: "unknownCapability", detail: unknown)
    }
    guard calls.count <= Self.maxCallsInRequest else {
      throw JMAPRequestError(
        type: "limit", detail: "More than \(Self.maxCallsInRequest) calls", limit: "maxCallsInRequest")
    }
    var parsed: [JMAPCall] = []
    for call in calls {
      guard let parts = call.arrayValue, parts.count == 3, let name = parts[0].stringValue,
        parts[1].members != nil, let id = parts[2].stringValue
      else { throw JMAPRequestError(type: "notRequest", detail: "a call is [name, arguments, id]") }
      parsed.append(JMAPCall(name: name, arguments: parts[1], id: id))
    }
    let createdIDs = json["createdIds"] ?? .null
    guard createdIDs == .null || createdIDs.members?.allSatisfy({ $0.value.stringValue != nil }) == true
    else { throw JMAPRequestError(type: "notRequest", detail: "createdIds must be ids by creation id") }
    self.using = Set(using)
    self.calls = parsed
    self.createdIDs = createdIDs == .null ? nil : createdIDs
  }
}

extension JMAPCall {
  /// Many references to long arrays would cost more than any client needs.
  private static let maximumReferences = 16

  /// The arguments with `#name` members replaced by parts of earlier responses (RFC 8620 section 3.7).
  func resolved(with responses: [JMAPResponse]) throws(JMAPMethodError) -> JSON {
    var members: [JSON.Member] = []
    var references = 0
    for member in arguments.members ?? [] {
      guard member.name.utf8.first == UInt8(ascii: "#") else {
        members.append(member)
        continue
      }
      let name = String(member.name.dropFirst())
      guard arguments[name] == nil else {
        throw JMAPMethodError("invalidArguments", "\(name) is given twice")
      }
      references += 1
      guard references <= Self.maximumReferences else {
        throw JMAPMethodError("invalidResultReference", "more than \(Self.maximumReferences) references")
      }
      guard let path = member.value["path"]?.stringValue,
        let source = responses.first(where: {
          $0.id == member.value["resultOf"]?.stringValue && $0.name == member.value["name"]?.stringValue
        }), let value = Self.evaluate(path, in: source.arguments)
      else { throw JMAPMethodError("invalidResultReference", "\(member.name) refers to nothing") }
      members.append(JSON.Member(name: name, value: value))
    }
    let resolved = JSON.object(members)
    // References to references double what they stand for at each call.
    guard references == 0 || resolved.size(upTo: JMAPRequest.maxSizeRequest) != nil else {
      throw JMAPMethodError("invalidResultReference", "the references stand for too much")
    }
    return resolved
  }

  /// A JSON pointer (RFC 6901) in which `*` stands for every element of an array.
  private static func evaluate(_ path: String, in value: JSON) -> JSON? {
    guard !path.isEmpty else { return value }
    guard path.hasPrefix("/") else { return nil }
    let tokens = path.dropFirst().split(separator: "/", omittingEmptySubsequences: false).map {
      $0.split(separator: "~1", omittingEmptySubsequences: false).joined(separator: "/")
        .split(separator: "~0", omittingEmptySubsequences: false).joined(separator: "~")
    }
    return evaluate(tokens[...], in: value)
  }

  private static func evaluate(_ tokens: ArraySlice<String>, in value: JSON) -> JSON? {
    guard let token = tokens.first else { return value }
    guard tokens.count <= JSONParser.maximumDepth else { return nil }
    let rest = tokens.dropFirst()
    guard let elements = value.arrayValue else { return value[token].flatMap { evaluate(rest, in: $0) } }
    if token == "*" {
      var collected: [JSON] = []
      for element in elements {
        guard let result = evaluate(rest, in: element) else { return nil }
        if let nested = result.arrayValue { collected += nested } else { collected.append(result) }
      }
      return .array(collected)
    }
    guard let index = Int(token), elements.indices.contains(index) else { return nil }
    return evaluate(rest, in: elements[index])
  }
}
