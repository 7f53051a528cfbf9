// How does what others wrote fit in one line of a log or a page?

/// `text` as one line of at most 256 characters. An error description can hold anything: a newline in it
/// would forge a line of the verbose text, and a megabyte would be stored with every transition.
package func oneLine(_ text: String) -> String {
  var line = String.UnicodeScalarView()
  var count = 0
  for scalar in text.unicodeScalars {
    if count == 256 {
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
