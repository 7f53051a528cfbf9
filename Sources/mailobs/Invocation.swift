// What does a command line ask for? Read without side effects.

import MetricParsing
import ObservabilityPlatform

/// Why a command line asks for nothing, on one line.
struct UsageError: Error, Equatable {
  let message: String
  /// Whose usage is shown with it.
  var topic: Topic?
}

/// A subcommand.
enum Topic: String, Sendable, CaseIterable {
  case parse, lint, healthcheck, rules, dashboards, top
}

/// Where an exposition is read from.
enum Source: Equatable, Sendable {
  case standardInput
  case file(String)
  case url(String)

  init(_ text: String) {
    if text == "-" {
      self = .standardInput
    } else if text.hasPrefix("unix:") || Source.hasScheme(text) {
      self = .url(text)
    } else {
      self = .file(text)
    }
  }

  /// Letters, a colon and two slashes: no file needs to be called so.
  private static func hasScheme(_ text: String) -> Bool {
    let scheme = text.utf8.prefix { $0 != UInt8(ascii: ":") }
    return !scheme.isEmpty && scheme.count <= 16
      && scheme.allSatisfy { 97...122 ~= $0 | 0x20 } && text.dropFirst(scheme.count).hasPrefix("://")
  }
}

/// What is done.
enum Invocation: Equatable, Sendable {
  case help(Topic?)
  case version
  case parse(Source, Reading)
  case lint(Source, Reading, MetricLinter, isJSON: Bool)
  case healthcheck(url: String, timeout: Duration)
  case rules(RulesRequest)
  case dashboards(DashboardRequest)
  case top(TopRequest)

  /// How a source is read.
  struct Reading: Equatable, Sendable {
    /// nil: as the source itself says.
    var format: ExpositionParser.Format?
    var timeout = Duration.seconds(10)
  }

  init(_ arguments: some Collection<String>) throws(UsageError) {
    guard let first = arguments.first else { throw UsageError(message: "a command is missing") }
    switch first {
    case "--help", "-h", "help":
      let rest = arguments.dropFirst()
      guard let word = rest.first else {
        self = .help(nil)
        return
      }
      guard first == "help", rest.count == 1, let topic = Topic(rawValue: word) else {
        throw UsageError(message: "there is no help for \"\(word.oneLine(atMost: 64))\"")
      }
      self = .help(topic)
    case "--version":
      guard arguments.count == 1 else { throw UsageError(message: "--version stands alone") }
      self = .version
    default:
      guard let topic = Topic(rawValue: first) else {
        throw UsageError(message: "there is no command \"\(first.oneLine(atMost: 64))\"")
      }
      var words = ArgumentReader(arguments.dropFirst(), topic)
      if topic == .rules {
        self = try RulesRequest(&words).map { .rules($0) } ?? .help(topic)
      } else if topic == .dashboards {
        self = try Invocation.dashboards(&words)
      } else if topic == .top {
        self = try TopRequest(&words).map { .top($0) } ?? .help(topic)
      } else {
        self = try Invocation.read(&words)
      }
    }
  }

  private static func read(_ words: inout ArgumentReader) throws(UsageError) -> Invocation {
    let topic = words.topic
    var place: String?
    var reading = Reading()
    var timeout: Duration?
    var linter = MetricLinter()
    var isJSON = false
    while let word = words.next() {
      switch (word, topic) {
      case (.operand(let text), _):
        guard place == nil else {
          throw words.error("one operand is enough: \"\(text.oneLine(atMost: 64))\"")
        }
        guard !text.isEmpty else { throw words.error("the operand is empty") }
        place = text
      case (.option("--help"), _), (.option("-h"), _):
        try words.noValue("--help")
        return .help(topic)
      case (.option("--timeout"), _):
        let text = try words.value("--timeout")
        guard let read = TimeSpan.read(text) else {
          throw words.error(
            "a timeout is from 1ms to 1h, such as 5s, and not \"\(text.oneLine(atMost: 64))\"")
        }
        timeout = read
      case (.option("--format"), .parse), (.option("--format"), .lint):
        switch try words.value("--format") {
        case "text": reading.format = .text
        case "openmetrics": reading.format = .openMetrics
        case let other:
          throw words.error("the format is text or openmetrics, not \"\(other.oneLine(atMost: 64))\"")
        }
      case (.option("--json"), .lint):
        try words.noValue("--json")
        isJSON = true
      case (.option("--ignore"), .lint):
        for name in try words.value("--ignore").split(separator: ",", omittingEmptySubsequences: false) {
          guard let rule = MetricFinding.Rule(rawValue: String(name)) else {
            throw words.error("there is no rule \"\(String(name).oneLine(atMost: 64))\"")
          }
          linter.ignored.insert(rule)
        }
      case (.option("--label-values"), .lint): linter.mostLabelValues = try words.number("--label-values")
      case (.option("--series"), .lint): linter.mostSeries = try words.number("--series")
      case (.option(let name), _): throw words.error("there is no option \"\(name.oneLine(atMost: 64))\"")
      }
    }
    guard let place else {
      throw words.error(topic == .healthcheck ? "a URL is missing" : "a file, a URL or - is missing")
    }
    reading.timeout = timeout ?? reading.timeout
    switch topic {
    case .parse: return .parse(Source(place), reading)
    case .lint: return .lint(Source(place), reading, linter, isJSON: isJSON)
    case .healthcheck:
      guard case .url(let url) = Source(place) else {
        throw words.error("what is asked is a URL, http://HOST:PORT/PATH or unix:/PATH/OF/SOCKET")
      }
      return .healthcheck(url: url, timeout: timeout ?? .seconds(3))
    case .rules: throw words.error("rules reads nothing")
    case .dashboards: throw words.error("dashboards reads nothing")
    case .top: throw words.error("top reads no exposition")
    }
  }
}

/// The words of a command line, by POSIX's and GNU's customs: `--name=value`, `--name value`, and `--` before
/// operands.
struct ArgumentReader {
  enum Word {
    case option(String)
    case operand(String)
  }

  let topic: Topic
  private var words: [String]
  private var position = 0
  private var areOperands = false
  /// What stands behind the `=` of the option at hand.
  private var attached: String?

  init(_ words: some Sequence<String>, _ topic: Topic) {
    self.words = Array(words)
    self.topic = topic
  }

  func error(_ message: String) -> UsageError { UsageError(message: message, topic: topic) }

  mutating func next() -> Word? {
    guard position < words.count else { return nil }
    let word = words[position]
    position += 1
    attached = nil
    if areOperands || word == "-" || !word.hasPrefix("-") { return .operand(word) }
    if word == "--" {
      areOperands = true
      return next()
    }
    guard word.hasPrefix("--"), let equals = word.firstIndex(of: "=") else { return .option(word) }
    attached = String(word[equals...].dropFirst())
    return .option(String(word[..<equals]))
  }

  mutating func value(_ name: String) throws(UsageError) -> String {
    if let attached { return attached }
    guard position < words.count else { throw error("\(name) needs a value") }
    position += 1
    return words[position - 1]
  }

  func noValue(_ name: String) throws(UsageError) {
    guard attached == nil else { throw error("\(name) has no value") }
  }

  mutating func number(_ name: String) throws(UsageError) -> Int {
    let text = try value(name)
    guard text.utf8.allSatisfy({ $0 &- UInt8(ascii: "0") < 10 }), let number = Int(text), number > 0 else {
      throw error("\(name) needs a number from 1, not \"\(text.oneLine(atMost: 64))\"")
    }
    return number
  }
}

/// A length of time as people write it.
enum TimeSpan {
  /// `5s`, `500ms`, `2m`, `1h`, or seconds without a unit; nil for what is none, or not from a millisecond to
  /// an hour.
  static func read(_ text: String) -> Duration? {
    let digits = text.prefix { $0.isASCII && $0.isNumber || $0 == "." }
    let scale: Double
    switch text.dropFirst(digits.count) {
    case "ms": scale = 0.001
    case "s", "": scale = 1
    case "m": scale = 60
    case "h": scale = 3_600
    default: return nil
    }
    guard digits.count <= 16, digits.first?.isNumber == true, digits.last?.isNumber == true,
      let number = Double(digits)
    else { return nil }
    let seconds = number * scale
    return 0.001...3_600 ~= seconds ? .milliseconds(Int((seconds * 1_000).rounded())) : nil
  }
}
