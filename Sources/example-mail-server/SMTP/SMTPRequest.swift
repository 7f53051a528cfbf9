// What does a command line ask for? Parsed strictly by RFC 5321 section 4.1.1, errors being replies.

import EndpointMessages
import MailObservability

enum SMTPRequest: Equatable, Sendable {
  case hello(SMTPCommand, domain: String)
  /// `from` is nil for the null reverse-path `<>` of a bounce.
  case mail(from: MailAddress?, size: Int?)
  case recipient(MailAddress)
  case data
  case chunk(size: Int, isLast: Bool)
  case reset
  case noop
  case verify
  case expand
  case help
  case authenticate(mechanism: String, initialResponse: [UInt8]?)
  case startTLS
  case quit
}

struct SMTPSyntaxError: Error, Equatable {
  let reply: SMTPReply

  init(_ code: Int, _ enhancedCode: String, _ text: String) {
    reply = SMTPReply(code, enhancedCode, text)
  }
}

extension SMTPCommand {
  /// The verb a line begins with, before anything else about the line is known to be right.
  init(line: [UInt8]) {
    let word = line.prefix { !$0.isWhitespace }
    self = SMTPCommand(verb: word.text)
  }
}

extension SMTPRequest {
  static let longestPath = 256

  /// Parses a line without its CRLF.
  static func parse(_ line: [UInt8]) throws(SMTPSyntaxError) -> SMTPRequest {
    guard line.allSatisfy({ $0.isPrintable || $0 == .tab }) else {
      throw SMTPSyntaxError(500, "5.5.2", "Only printable ASCII is allowed in a command")
    }
    let verb = SMTPCommand(line: line)
    let argument = line.drop { !$0.isWhitespace }.trimmed
    switch verb {
    case .helo, .ehlo, .lhlo:
      // Many resolvers give a name with the dot of the root, and clients pass it on.
      let isAbsolute = argument.count > 1 && argument.last == .dot && argument.first != UInt8(ascii: "[")
      let domain = isAbsolute ? argument.dropLast() : argument
      guard MailAddress.isDomain(domain) else {
        throw SMTPSyntaxError(501, "5.5.4", "A host name or address literal must follow")
      }
      return .hello(verb, domain: domain.text)
    case .mail: return try parseMail(argument)
    case .rcpt: return try parseRecipient(argument)
    case .bdat: return try parseChunk(argument)
    case .auth: return try parseAuthenticate(argument)
    case .noop: return .noop
    case .help: return .help
    case .vrfy:
      guard !argument.isEmpty else { throw SMTPSyntaxError(501, "5.5.4", "A name must follow") }
      return .verify
    case .expn: return .expand
    case .data, .rset, .quit, .starttls:
      guard argument.isEmpty else { throw SMTPSyntaxError(501, "5.5.4", "No parameter is allowed") }
      switch verb {
      case .data: return .data
      case .rset: return .reset
      case .quit: return .quit
      default: return .startTLS
      }
    case .other:
      throw SMTPSyntaxError(500, "5.5.1", "Command not recognised")
    }
  }

  private static func parseMail(_ argument: [UInt8]) throws(SMTPSyntaxError) -> SMTPRequest {
    let (path, parameters) = try parsePath(argument, keyword: "FROM:")
    var size: Int?
    for parameter in parameters {
      let pair = parameter.split(separator: UInt8(ascii: "="), maxSplits: 1, omittingEmptySubsequences: false)
      let name = (pair.first ?? []).text.asciiUppercased
      let value = pair.count > 1 ? pair[1].text : ""
      switch name {
      case "SIZE":
        guard size == nil, !value.isEmpty, value.utf8.allSatisfy(\.isDigit) else {
          throw SMTPSyntaxError(501, "5.5.4", "SIZE must be one number of octets")
        }
        // A number beyond Int is beyond every limit.
        size = Int(value) ?? Int.max
      case "BODY":
        guard ["7BIT", "8BITMIME"].contains(value.asciiUppercased) else {
          throw SMTPSyntaxError(501, "5.5.4", "BODY must be 7BIT or 8BITMIME")
        }
      case "AUTH":
        // RFC 4954 section 5: the parameter must be accepted; we trust nobody's claim and ignore its value.
        break
      default:
        throw SMTPSyntaxError(555, "5.5.4", "Unknown MAIL parameter")
      }
    }
    if path.isEmpty { return .mail(from: nil, size: size) }
    guard let address = MailAddress(path.text), !address.domain.isEmpty else {
      throw SMTPSyntaxError(501, "5.1.7", "Bad sender address syntax")
    }
    return .mail(from: address, size: size)
  }

  private static func parseRecipient(_ argument: [UInt8]) throws(SMTPSyntaxError) -> SMTPRequest {
    let (path, parameters) = try parsePath(argument, keyword: "TO:")
    guard parameters.isEmpty else { throw SMTPSyntaxError(555, "5.5.4", "Unknown RCPT parameter") }
    guard let address = MailAddress(path.text) else {
      throw SMTPSyntaxError(501, "5.1.3", "Bad recipient address syntax")
    }
    return .recipient(address)
  }

  /// `FROM:<path> parameters`, the path without its brackets and without an obsolete source route.
  private static func parsePath(
    _ argument: [UInt8], keyword: String
  ) throws(SMTPSyntaxError) -> (path: [UInt8], parameters: [ArraySlice<UInt8>]) {
    guard argument.starts(with: Array(keyword.utf8), ignoringCase: true) else {
      throw SMTPSyntaxError(501, "5.5.4", "\(keyword)<address> must follow")
    }
    // Many clients put a space after the colon; RFC 5321 section 4.1.1.2 has none, but nothing is unclear.
    let rest = argument.dropFirst(keyword.utf8.count).drop(while: \.isWhitespace)
    guard rest.first == UInt8(ascii: "<"), let end = closingBracket(of: rest) else {
      throw SMTPSyntaxError(501, "5.5.4", "The address must stand in angle brackets")
    }
    let tail = rest[(end + 1)...]
    guard tail.isEmpty || tail.first?.isWhitespace == true else {
      throw SMTPSyntaxError(501, "5.5.4", "A space must follow the address")
    }
    var path = rest[(rest.startIndex + 1)..<end]
    guard path.count + 2 <= longestPath else {
      throw SMTPSyntaxError(501, "5.1.7", "The path is longer than \(longestPath) octets")
    }
    if path.first == UInt8(ascii: "@"), let colon = path.firstIndex(of: UInt8(ascii: ":")) {
      path = path[(colon + 1)...]
    }
    return (Array(path), tail.split(whereSeparator: \.isWhitespace))
  }

  /// The index of the `>` that ends a path; one inside a quoted local part does not.
  private static func closingBracket(of path: ArraySlice<UInt8>) -> Int? {
    var isQuoted = false
    var isEscaped = false
    for (index, byte) in zip(path.indices, path) {
      if isEscaped {
        isEscaped = false
      } else if isQuoted, byte == .backslash {
        isEscaped = true
      } else if byte == .quote {
        isQuoted.toggle()
      } else if byte == UInt8(ascii: ">"), !isQuoted {
        return index
      }
    }
    return nil
  }

  private static func parseChunk(_ argument: [UInt8]) throws(SMTPSyntaxError) -> SMTPRequest {
    let words = argument.split(whereSeparator: \.isWhitespace)
    guard let first = words.first, first.allSatisfy(\.isDigit), let size = Int(first.text) else {
      throw SMTPSyntaxError(501, "5.5.4", "BDAT needs a number of octets")
    }
    switch words.count {
    case 1: return .chunk(size: size, isLast: false)
    case 2 where words[1].equals(ignoringCase: "LAST"): return .chunk(size: size, isLast: true)
    default: throw SMTPSyntaxError(501, "5.5.4", "Only LAST may follow the number of octets")
    }
  }

  private static func parseAuthenticate(_ argument: [UInt8]) throws(SMTPSyntaxError) -> SMTPRequest {
    let words = argument.split(whereSeparator: \.isWhitespace)
    guard let mechanism = words.first, words.count <= 2 else {
      throw SMTPSyntaxError(501, "5.5.4", "AUTH needs a mechanism and at most an initial response")
    }
    return .authenticate(
      mechanism: mechanism.text.asciiUppercased, initialResponse: words.count > 1 ? Array(words[1]) : nil)
  }
}
