// Which messages does SEARCH find? A tree of conditions (RFC 3501 section 6.4.4).

import EndpointMessages
import MailObservability

indirect enum IMAPSearchKey: Sendable {
  enum DateField: Sendable { case received, sent }
  enum Order: Sendable { case before, on, since }

  case all, none
  case flag(String)
  case header(String, SubstringPattern)
  case body(SubstringPattern)
  case text(SubstringPattern)
  case larger(UInt32)
  case smaller(UInt32)
  case date(DateField, Order, day: Int64)
  case sequence(IMAPSequenceSet)
  case uid(IMAPSequenceSet)
  case not(IMAPSearchKey)
  case or(IMAPSearchKey, IMAPSearchKey)
  case and([IMAPSearchKey])

  /// The keys of one SEARCH command, all of which must hold.
  init(program scanner: inout IMAPScanner) throws(IMAPSyntaxError) {
    var keys: [IMAPSearchKey] = []
    while scanner.skip(" ") {
      keys.append(try IMAPSearchKey(&scanner, isFirst: keys.isEmpty, depth: 0))
      guard keys.count <= 256 else { throw IMAPSyntaxError("too many search keys") }
    }
    guard !keys.isEmpty else { throw IMAPSyntaxError("a search key was expected") }
    self = .and(keys)
  }

  private init(_ scanner: inout IMAPScanner, isFirst: Bool = false, depth: Int) throws(IMAPSyntaxError) {
    guard depth < IMAPScanner.maximumDepth else { throw IMAPSyntaxError("nested too deeply") }
    if scanner.skip("(") {
      var keys: [IMAPSearchKey] = []
      repeat {
        keys.append(try IMAPSearchKey(&scanner, depth: depth + 1))
      } while scanner.skip(" ") && keys.count < 256
      try scanner.expect(")")
      self = .and(keys)
      return
    }
    if let next = scanner.next, next.isDigit || next == UInt8(ascii: "*") {
      self = .sequence(try scanner.sequenceSet())
      return
    }
    let word = try scanner.keyword()
    switch word {
    case "ALL", "OLD": self = .all
    case "NEW", "RECENT": self = .none
    case "ANSWERED", "DELETED", "DRAFT", "FLAGGED", "SEEN": self = .flag("\\" + word)
    case "UNANSWERED", "UNDELETED", "UNDRAFT", "UNFLAGGED", "UNSEEN":
      self = .not(.flag("\\" + word.dropFirst(2)))
    case "KEYWORD", "UNKEYWORD":
      try scanner.space()
      let flag = IMAPSearchKey.flag(try scanner.atom())
      self = word == "KEYWORD" ? flag : .not(flag)
    case "BCC", "CC", "FROM", "SUBJECT", "TO":
      try scanner.space()
      self = .header(word.asciiLowercased, try Self.pattern(&scanner))
    case "HEADER":
      try scanner.space()
      let name = try scanner.astring().text.asciiLowercased
      try scanner.space()
      self = .header(name, try Self.pattern(&scanner))
    case "BODY", "TEXT":
      try scanner.space()
      let pattern = try Self.pattern(&scanner)
      self = word == "BODY" ? .body(pattern) : .text(pattern)
    case "LARGER", "SMALLER":
      try scanner.space()
      let size = try scanner.number()
      self = word == "LARGER" ? .larger(size) : .smaller(size)
    case "BEFORE", "ON", "SINCE", "SENTBEFORE", "SENTON", "SENTSINCE":
      try scanner.space()
      guard let day = CalendarTime(internetMessageFormat: try scanner.astring().text) else {
        throw IMAPSyntaxError("bad date")
      }
      let order: Order = word.hasSuffix("BEFORE") ? .before : word.hasSuffix("ON") ? .on : .since
      self = .date(word.hasPrefix("SENT") ? .sent : .received, order, day: Self.day(of: day))
    case "UID":
      try scanner.space()
      self = .uid(try scanner.sequenceSet())
    case "NOT":
      try scanner.space()
      self = .not(try IMAPSearchKey(&scanner, depth: depth + 1))
    case "OR":
      try scanner.space()
      let left = try IMAPSearchKey(&scanner, depth: depth + 1)
      try scanner.space()
      self = .or(left, try IMAPSearchKey(&scanner, depth: depth + 1))
    case "CHARSET" where isFirst:
      try scanner.space()
      guard ["UTF-8", "US-ASCII"].contains(try scanner.astring().text.asciiUppercased) else {
        throw IMAPSyntaxError("[BADCHARSET (US-ASCII UTF-8)] The charset is not known", .no)
      }
      try scanner.space()
      self = try IMAPSearchKey(&scanner, depth: depth + 1)
    default:
      throw IMAPSyntaxError("unknown search key")
    }
  }

  private static func pattern(_ scanner: inout IMAPScanner) throws(IMAPSyntaxError) -> SubstringPattern {
    SubstringPattern(IMAPSearchedMessage.folded(try scanner.astring().text).utf8)
  }

  private static func day(of time: CalendarTime) -> Int64 {
    (time.seconds >= 0 ? time.seconds : time.seconds - 86_399) / 86_400
  }

  func matches(
    _ searched: IMAPSearchedMessage, number: UInt32, largest: UInt32, largestUID: UInt32
  ) -> Bool {
    let message = searched.message
    func matches(_ key: IMAPSearchKey) -> Bool {
      key.matches(searched, number: number, largest: largest, largestUID: largestUID)
    }
    switch self {
    case .all: return true
    case .none: return false
    case .flag(let flag): return message.has(flag)
    case .header(let name, let pattern):
      return searched.fields.contains {
        $0.name.utf8.elementsEqual(name.utf8) && pattern.occurs(in: $0.value)
      }
    case .body(let pattern): return pattern.occurs(in: searched.body)
    case .text(let pattern): return pattern.occurs(in: searched.header) || pattern.occurs(in: searched.body)
    case .larger(let size): return message.size > Int(size)
    case .smaller(let size): return message.size < Int(size)
    case .date(let field, let order, let day):
      let time =
        field == .received
        ? message.receivedAt : message.header["Date"].flatMap { CalendarTime(internetMessageFormat: $0) }
      guard let time else { return false }
      return switch order {
      case .before: Self.day(of: time) < day
      case .on: Self.day(of: time) == day
      case .since: Self.day(of: time) >= day
      }
    case .sequence(let set): return set.contains(number, largest: largest)
    case .uid(let set): return set.contains(message.uid, largest: largestUID)
    case .not(let key): return !matches(key)
    case .or(let left, let right): return matches(left) || matches(right)
    case .and(let keys): return keys.allSatisfy(matches)
    }
  }
}
