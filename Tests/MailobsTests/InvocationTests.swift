// What does each command line ask for?

import MailObservability
import MetricParsing
import Testing

@testable import mailobs

@Suite("A command line")
struct InvocationTests {
  private static let reading: Invocation.Reading = Invocation.Reading()

  static let questions: [([String], Invocation)] = [
    (["--help"], .help(nil)), (["-h"], .help(nil)), (["help"], .help(nil)), (["help", "lint"], .help(.lint)),
    (["parse", "--help"], .help(.parse)), (["lint", "x", "-h"], .help(.lint)),
    (["healthcheck", "--help"], .help(.healthcheck)), (["--version"], .version),
    (["parse", "x.prom"], .parse(.file("x.prom"), reading)),
    (["parse", "-"], .parse(.standardInput, reading)),
    (["parse", "http://h:1/m"], .parse(.url("http://h:1/m"), reading)),
    (["parse", "unix:/run/x"], .parse(.url("unix:/run/x"), reading)),
    (["parse", "https://h"], .parse(.url("https://h"), reading)),
    (["parse", "ftp://h"], .parse(.url("ftp://h"), reading)),
    (["parse", "./unix:x"], .parse(.file("./unix:x"), reading)),
    (["parse", "a:b"], .parse(.file("a:b"), reading)),
    (["parse", "--", "-x"], .parse(.file("-x"), reading)),
    (["parse", "--", "--"], .parse(.file("--"), reading)),
    (["parse", "x", "--format", "text"], .parse(.file("x"), .init(format: .text))),
    (["parse", "--format=openmetrics", "x"], .parse(.file("x"), .init(format: .openMetrics))),
    (["parse", "--timeout=1500ms", "x"], .parse(.file("x"), .init(timeout: .milliseconds(1_500)))),
    (["lint", "x"], .lint(.file("x"), reading, MetricLinter(), isJSON: false)),
    (["lint", "--json", "-"], .lint(.standardInput, reading, MetricLinter(), isJSON: true)),
    (
      ["lint", "--ignore", "missing-help,camel-case", "--label-values=7", "--series", "8", "x"],
      .lint(.file("x"), reading, linter, isJSON: false)
    ),
    (["healthcheck", "http://h:1"], .healthcheck(url: "http://h:1", timeout: .seconds(3))),
    (
      ["healthcheck", "--timeout", "5s", "http://h:1"], .healthcheck(url: "http://h:1", timeout: .seconds(5))
    ),
  ]

  private static func rules(_ change: (inout RulesRequest) -> Void) -> Invocation {
    var request = RulesRequest()
    change(&request)
    return .rules(request)
  }

  static let requests: [([String], Invocation)] = [
    (["rules"], rules { _ in }), (["rules", "-h"], .help(.rules)),
    (["rules", "--namespace", "acme"], rules { $0.namespace = "acme" }),
    (["rules", "--groups=smtp,imap"], rules { $0.groups = [.smtp, .imap] }),
    (["rules", "--job", "mail/.*", "--output", "a b"], rules { ($0.job, $0.folder) = ("mail/.*", "a b") }),
    (["rules", "--runbooks", "https://h/x"], rules { $0.runbooks = "https://h/x" }),
  ]

  @Test("asks for rules", arguments: requests)
  func rules(_ arguments: [String], _ invocation: Invocation) throws {
    #expect(try Invocation(arguments) == invocation)
  }

  static let badRequests: [([String], String)] = [
    (["x"], "nothing is read: \"x\""), (["--output", ""], "the folder has no name"),
    (["--namespace", "9x"], "no name can begin with \"9x\""),
    (["--namespace="], "no name can begin with \"\""),
    (["--namespace", "a:b"], "no name can begin with \"a:b\""),
    (["--groups", "smtp,"], "there is no group \"\""), (["--groups", "http"], "there is no group \"http\""),
    (["--job", "a\"b"], "a job is printable ASCII without quotes and backslashes: \"a\"b\""),
    (["--job", "a\u{2028}b"], "a job is printable ASCII without quotes and backslashes: \"a\\u{2028}b\""),
    (["--job", "("], "this is no regular expression for jobs: \"(\""),
    (["--job", "*"], "this is no regular expression for jobs: \"*\""),
    (["--runbooks", "{{x}}"], "this is no address of runbooks: \"{{x}}\""),
    (["--timeout", "5s"], "there is no option \"--timeout\""), (["--groups"], "--groups needs a value"),
  ]

  @Test("that asks for rules wrongly is told why", arguments: badRequests)
  func badRules(_ arguments: [String], _ message: String) {
    let error = #expect(throws: UsageError.self) { _ = try Invocation(["rules"] + arguments) }
    #expect(error == UsageError(message: message, topic: .rules))
  }

  private static let linter: MetricLinter = {
    var linter = MetricLinter()
    linter.ignored = [.missingHelp, .camelCase]
    (linter.mostLabelValues, linter.mostSeries) = (7, 8)
    return linter
  }()

  @Test("is read", arguments: questions)
  func asked(_ arguments: [String], _ invocation: Invocation) throws {
    #expect(try Invocation(arguments) == invocation)
  }

  private static let noURL = "what is asked is a URL, http://HOST:PORT/PATH or unix:/PATH/OF/SOCKET"

  static let mistakes: [([String], String)] = [
    ([], "a command is missing"), (["x"], "there is no command \"x\""), ([""], "there is no command \"\""),
    (["--verbose"], "there is no command \"--verbose\""), (["--version", "x"], "--version stands alone"),
    (["help", "x"], "there is no help for \"x\""), (["--help", "lint"], "there is no help for \"lint\""),
    (["parse"], "a file, a URL or - is missing"), (["lint"], "a file, a URL or - is missing"),
    (["lint", "--help=x"], "--help has no value"), (["parse", "x", "--help="], "--help has no value"),
    (["healthcheck", "-"], noURL), (["healthcheck", "foo"], noURL), (["healthcheck", "127.0.0.1:80"], noURL),
    (["healthcheck", "u:secret@h"], noURL),
    (
      ["parse", "x", "--format", "\u{9B}\u{202E}\u{200B}"],
      "the format is text or openmetrics, not \"\\u{9B}\\u{202E}\\u{200B}\""
    ),
    (["healthcheck"], "a URL is missing"), (["parse", ""], "the operand is empty"),
    (["parse", "x", "y"], "one operand is enough: \"y\""), (["parse", "-x"], "there is no option \"-x\""),
    (["parse", "--json", "x"], "there is no option \"--json\""),
    (["healthcheck", "--format", "text", "u"], "there is no option \"--format\""),
    (["lint", "--\u{1B}[31m", "x"], "there is no option \"--\\u{1B}[31m\""),
    (["parse", "x", "--format"], "--format needs a value"),
    (["parse", "--format", "xml", "x"], "the format is text or openmetrics, not \"xml\""),
    (["parse", "--format=", "x"], "the format is text or openmetrics, not \"\""),
    (["lint", "--json=1", "x"], "--json has no value"),
    (["lint", "--ignore", "x", "y"], "there is no rule \"x\""),
    (["lint", "--ignore=", "y"], "there is no rule \"\""),
    (["lint", "--series", "0", "x"], "--series needs a number from 1, not \"0\""),
    (["lint", "--series", "-1", "x"], "--series needs a number from 1, not \"-1\""),
    (
      ["lint", "--series", "99999999999999999999", "x"],
      "--series needs a number from 1, not \"99999999999999999999\""
    ),
    (["healthcheck", "--timeout", "x", "u"], "a timeout is from 1ms to 1h, such as 5s, and not \"x\""),
  ]

  @Test("that is wrong is refused, with the reason", arguments: mistakes)
  func misused(_ arguments: [String], _ message: String) {
    do throws(UsageError) {
      _ = try Invocation(arguments)
      Issue.record("\(arguments) was taken")
    } catch {
      #expect(error.message == message)
    }
  }

  @Test(
    "has times of any unit",
    arguments: [
      ("5s", .seconds(5)), ("5", .seconds(5)), ("0.5s", .milliseconds(500)), ("500ms", .milliseconds(500)),
      ("1m", .seconds(60)), ("1h", .seconds(3_600)), ("60m", .seconds(3_600)), ("1ms", .milliseconds(1)),
      ("0", nil),
      ("0ms", nil), ("-1s", nil), ("2h", nil), ("", nil), ("s", nil), (".5s", nil), ("5.", nil),
      ("1.2.3", nil),
      ("5 s", nil), ("5S", nil), ("nan", nil), ("inf", nil), ("1e3", nil), ("0x5", nil), ("5sec", nil),
      ("99999999999999999999999999", nil), ("\u{0665}s", nil),
    ] as [(String, Duration?)])
  func times(_ text: String, _ duration: Duration?) { #expect(TimeSpan.read(text) == duration) }

  @Test("has help of each command, which names its options")
  func help() {
    for topic in Topic.allCases {
      #expect(Usage.text(nil).contains("mailobs \(topic.rawValue)"))
      #expect(Usage.text(topic).contains("usage: mailobs \(topic.rawValue)"))
    }
    #expect(Usage.text(.parse).contains("up to 64 MiB, 1,000,000\n"))
    for rule in MetricFinding.Rule.allCases { #expect(Usage.text(.lint).contains(rule.rawValue)) }
  }
}
