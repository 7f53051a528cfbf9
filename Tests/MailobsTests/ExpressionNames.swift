// Which metrics and labels does an expression of PromQL name?

/// The names in an expression, found without judging whether it is one.
struct ExpressionNames {
  private(set) var metrics: Set<String> = []
  private(set) var labels: Set<String> = []

  /// Before which parentheses hold names of labels.
  private static let listing: Set = ["by", "without", "on", "ignoring", "group_left", "group_right"]
  private static let words: Set = ["and", "or", "unless", "offset", "bool"]

  init(_ expression: String) {
    var rest = Substring(expression)
    var isInBraces = false
    var isListOfLabels = false
    while let first = rest.first {
      if first == "\"" {
        // No text in our rules holds a quote.
        rest = rest.dropFirst().drop { $0 != "\"" }.dropFirst()
      } else if first.isNumber {
        rest = rest.drop { $0.isNumber || $0.isLetter || $0 == "." }
      } else if Self.isPart(first) {
        let word = String(rest.prefix(while: Self.isPart))
        rest = rest.dropFirst(word.count)
        let opens = rest.first { $0 != " " && $0 != "\n" } == "("
        if isInBraces || isListOfLabels {
          labels.insert(word)
        } else if Self.listing.contains(word) {
          isListOfLabels = true
        } else if !Self.words.contains(word), !opens {
          metrics.insert(word)
        }
      } else {
        switch first {
        case "{": isInBraces = true
        case "}": isInBraces = false
        case ")": isListOfLabels = false
        default: break
        }
        rest.removeFirst()
      }
    }
  }

  private static func isPart(_ character: Character) -> Bool {
    character.isLetter || character.isNumber || character == "_" || character == ":"
  }
}
