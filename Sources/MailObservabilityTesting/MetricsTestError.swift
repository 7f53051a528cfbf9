// Why does a test of metrics fail?

/// What a test of metrics has found. Its description is what a person reads in the test's output; both Swift
/// Testing and XCTest show it when a test throws it.
public struct MetricsTestError: Error, Sendable, Hashable, CustomStringConvertible {
  /// What kind of failure it is.
  public struct Code: Sendable, Hashable, CustomStringConvertible {
    private enum Kind: String { case different, unreadable, absent, ambiguous, misuse }
    private let kind: Kind
    private init(_ kind: Kind) { self.kind = kind }

    /// The metrics are not those that were expected.
    public static let different = Code(.different)
    /// The expected text is no exposition, or has a series twice; `line` and `column` say where.
    public static let unreadable = Code(.unreadable)
    /// There is no such series.
    public static let absent = Code(.absent)
    /// More than one series has the labels.
    public static let ambiguous = Code(.ambiguous)
    /// Nothing would have been compared.
    public static let misuse = Code(.misuse)

    /// The code's name.
    public var description: String { kind.rawValue }
  }

  /// What kind of failure it is.
  public let code: Code
  /// The call that failed, as `Module/File.swift:LINE`.
  public let place: String
  /// What was found, and what was expected; of more than one line when metrics differ.
  public let message: String
  /// The line of the expected text that cannot be read, from 1; nil for other failures.
  public let line: Int?
  /// The byte in that line, from 1; nil for other failures.
  public let column: Int?

  init(_ code: Code, at place: CallPlace, _ message: String, line: Int? = nil, column: Int? = nil) {
    self.code = code
    self.place = place.description
    self.message = message
    self.line = line
    self.column = column
  }

  /// The place and the message.
  public var description: String { "\(place): \(message)" }
}

/// Where a test calls: test frameworks know only where the test begins.
struct CallPlace: CustomStringConvertible {
  let file: String
  let line: Int

  var description: String { "\(file):\(line)" }
}
