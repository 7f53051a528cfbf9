// What stands on a debugging page?

import ObservabilityPlatform

/// A page of the debugging pages: figures, tables and notes, which are shown as HTML and, with `?format=json`, as JSON.
///
/// ```swift
/// try metrics.pages.add("queue") { page in
///   page.table("waiting", ["message", "age", "why"], of: await queue.waiting) { [$0.id, $0.age, $0.reason] }
/// }
/// ```
///
/// Whatever is put on it is text: nothing of it becomes a mark of HTML, and what cannot be seen is shown by its number. It is
/// bounded: texts are cut behind 4,096 bytes, names behind 256 (of columns behind 64), there are 24 columns, 500 figures and 64 tables and notes at most, and of all of it
/// some 512 KiB. What there is no room for is counted, and the page says how much that is.
public struct DebugPage: Sendable {
  enum Part: Sendable {
    case facts([(name: String, value: Value)])
    case table(Table)
    case note(String)
  }

  struct Table: Sendable {
    let title: String
    let columns: [String]
    var rows: [[Value]] = []
    var leftOut = 0
  }

  static let longestName = HTMLText.longestName
  static let longestText = 4096
  static let mostColumns = 24
  static let mostParts = 64
  static let mostFacts = 500
  static let mostRows = 2000

  /// What the page is called.
  public var title: String
  private(set) var parts: [Part] = []
  /// How many figures, notes and tables there was no room for.
  private(set) var leftOut = 0
  private var room = 512 << 10
  private var rows = 0
  private var facts = 0

  /// An empty page.
  ///
  /// - Parameter title: what it is called.
  public init(_ title: String) { self.title = title.cut(to: Self.longestName) }

  /// Shows a figure by its name. A second one of the same name takes the place of the first.
  public mutating func show(_ name: String, _ value: any DebugPageValue) {
    let (name, value) = (name.cut(to: Self.longestName), value.debugPageValue)
    for (place, part) in parts.enumerated() {
      guard case .facts(var facts) = part,
        let index = facts.firstIndex(where: { $0.name.utf8.elementsEqual(name.utf8) })
      else { continue }
      // What stood there has had its room.
      let old = facts[index].value.cost
      guard value.cost <= room + old else { return leftOut += 1 }
      room += old - value.cost
      facts[index].value = value
      parts[place] = .facts(facts)
      return
    }
    guard facts < Self.mostFacts, take(name.utf8.count + value.cost + 16) else { return leftOut += 1 }
    facts += 1
    if case .facts(let facts)? = parts.last {
      parts[parts.count - 1] = .facts(facts + [(name, value)])
    } else {
      append(.facts([(name, value)]))
    }
  }

  /// Says something in a sentence.
  public mutating func note(_ text: String) {
    let text = text.cut(to: Self.longestText)
    guard take(text.utf8.count + 16) else { return leftOut += 1 }
    append(.note(text))
  }

  /// Shows a table, a row for each element.
  ///
  /// - Parameters:
  ///   - title: what the table is called.
  ///   - columns: what its columns are called. Of two of one name the second gets a number.
  ///   - elements: what is shown, the most important first: the first 2,000 of all tables at most.
  ///   - row: the values of an element, by the columns: none for those that are missing, and no more than there are columns.
  public mutating func table<Elements: Sequence>(
    _ title: String, _ columns: [String], of elements: Elements,
    row: (Elements.Element) throws -> [any DebugPageValue]
  ) rethrows {
    var names: [String] = []
    for column in columns.prefix(Self.mostColumns) {
      let name = column.cut(to: 64)
      var unique = name
      var number = 2
      while names.contains(where: { $0.utf8.elementsEqual(unique.utf8) }) {
        unique = "\(name) \(number)"
        number += 1
      }
      names.append(unique)
    }
    var table = Table(title: title.cut(to: Self.longestName), columns: names)
    let head = names.reduce(table.title.utf8.count + 64) { $0 + $1.utf8.count + 16 }
    guard parts.count < Self.mostParts, take(head) else { return leftOut += 1 }
    for element in elements {
      var values = try row(element).prefix(names.count).map(\.debugPageValue)
      values += [Value](repeating: .none, count: names.count - values.count)
      // Each cell has the name of its column beside it, for narrow screens.
      let cost = zip(names, values).reduce(32) { $0 + $1.0.utf8.count + $1.1.cost + 32 }
      guard rows < Self.mostRows, take(cost) else {
        table.leftOut = max(max(elements.underestimatedCount, 0) - table.rows.count, 1)
        break
      }
      rows += 1
      table.rows.append(values)
    }
    append(.table(table))
  }

  private mutating func append(_ part: Part) {
    if parts.count < Self.mostParts { parts.append(part) } else { leftOut += 1 }
  }

  /// Takes room for as many bytes; false when there is not as much.
  private mutating func take(_ bytes: Int) -> Bool {
    guard bytes <= room else { return false }
    room -= bytes
    return true
  }
}

extension String {
  /// The text up to a number of bytes, and an ellipsis where that is not all of it. What follows is not looked at.
  package func cut(to limit: Int) -> String {
    let bytes = utf8
    guard let end = bytes.index(bytes.startIndex, offsetBy: limit, limitedBy: bytes.endIndex),
      end < bytes.endIndex
    else { return self }
    var last = end
    while last > startIndex, last.samePosition(in: unicodeScalars) == nil { last = bytes.index(before: last) }
    return String(self[..<last]) + "…"
  }
}
