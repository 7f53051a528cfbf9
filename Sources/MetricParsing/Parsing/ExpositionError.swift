// Where is an exposition wrong, and why?

import ObservabilityPlatform

/// Why an exposition cannot be read.
public struct ExpositionError: Error, Hashable, Sendable, CustomStringConvertible {
  /// The line, from 1.
  public let line: Int
  /// The byte in the line, from 1; one more than the line has where something is missing at its end.
  public let column: Int
  /// What is wrong, on one line; texts of the exposition in it are cut short.
  public let reason: String

  init(_ line: Int, _ column: Int, _ reason: String) {
    self.line = line
    self.column = column
    self.reason = reason
  }

  /// `LINE:COLUMN: reason`.
  public var description: String { "\(line):\(column): \(reason)" }
}

/// What is wrong with a line.
struct LineProblem: Error {
  let offset: Int
  let reason: String
  /// Another line than the current one, where the mistake was made.
  var line: Int?

  func located(_ current: Int) -> ExpositionError { ExpositionError(line ?? current, offset + 1, reason) }
}

/// A text of the exposition as it may stand in a message: on one line, and short.
func shown(_ bytes: UnsafeRawBufferPointer) -> String {
  let text = String(decoding: UnsafeRawBufferPointer(rebasing: bytes.prefix(60)), as: UTF8.self)
  var shown = "\""
  for scalar in text.unicodeScalars { shown += scalar.escaped(asASCII: scalar.steersTerminals) }
  return shown + (bytes.count > 60 ? "\"…" : "\"")
}

func shown(_ bytes: [UInt8]) -> String { bytes.withUnsafeBytes { shown($0) } }
