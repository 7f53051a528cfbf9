// How does a text that may hold anything fit in one line of a log or a page?

extension String {
  /// The text as one line of at most so many characters and an ellipsis. The description of an error can hold anything: a
  /// newline in it would forge a line, and a megabyte would be stored and shown with every message.
  package func oneLine(atMost limit: Int) -> String {
    var line = String.UnicodeScalarView()
    var count = 0
    for scalar in unicodeScalars {
      if count == limit {
        line.append("…")
        break
      }
      let isControl =
        scalar.properties.generalCategory == .control || scalar.value == 0x2028 || scalar.value == 0x2029
      line.append(isControl ? " " : scalar)
      count += 1
    }
    return String(line)
  }
}
