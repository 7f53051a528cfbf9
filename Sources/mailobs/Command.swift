// What is done, and which exit code says how it went?

import MailObservability
import MetricExposition
import MetricParsing
import ObservabilityPlatform

enum Command {
  static let version = "0.1.0"
  static let failure: Int32 = 1
  /// `EX_USAGE` of sysexits.h.
  static let misuse: Int32 = 64

  /// Does what the arguments say, and returns the exit code.
  static func run(_ arguments: some Collection<String>) -> Int32 {
    let invocation: Invocation
    do throws(UsageError) {
      invocation = try Invocation(arguments)
    } catch {
      complain("mailobs: \(error.message)\n\(Usage.text(error.topic))")
      return misuse
    }
    var output = Output(STDOUT_FILENO)
    let code = run(invocation, to: &output)
    output.flush()
    if let reason = output.failure {
      complain("mailobs: the output cannot be written: \(reason)")
      return failure
    }
    return code
  }

  private static func run(_ invocation: Invocation, to output: inout Output) -> Int32 {
    switch invocation {
    case .help(let topic):
      output.line(Usage.text(topic))
      return 0
    case .version:
      output.line("mailobs \(version)")
      return 0
    case .healthcheck(let url, let timeout):
      let outcome = MetricsConfig().healthcheck(url, within: timeout)
      output.line(outcome.message)
      return outcome.exitCode
    case .rules(let request):
      if let problem = request.write(to: &output) {
        complain("mailobs: \(problem)")
        return failure
      }
      return 0
    case .dashboards(let request):
      do throws(OutputFailure) {
        for path in try DashboardFiles.write(request, onWritten: { output.line($0) }) {
          complain(
            "mailobs: \(path.oneLine(atMost: 1_024)) is not written: for these groups there is no such board. Remove it."
          )
        }
        return 0
      } catch {
        complain("mailobs: \(error.reason)")
        return failure
      }
    case .top(let request):
      if let problem = request.show(to: &output) {
        complain("mailobs: \(ExpositionInput.shown(.url(request.url))): \(problem)")
        return failure
      }
      return 0
    case .parse(let source, let reading):
      guard let exposition = read(source, reading) else { return failure }
      FamiliesJSON.write(exposition) { output.write($0) }
      return 0
    case .lint(let source, let reading, let linter, let isJSON):
      guard let exposition = read(source, reading) else { return failure }
      let place = ExpositionInput.shown(source)
      let findings = linter.findings(in: exposition)
      for finding in findings {
        if isJSON {
          output.write(json(finding, place))
        } else {
          output.line("\(place):\(finding)")
        }
      }
      return findings.contains { $0.severity == .error } ? failure : 0
    }
  }

  /// The exposition; nil when it was told why there is none.
  private static func read(_ source: Source, _ reading: Invocation.Reading) -> ParsedExposition? {
    let place = ExpositionInput.shown(source)
    do throws(InputFailure) {
      let input = try ExpositionInput(source, reading)
      do throws(ExpositionError) {
        return try ParsedExposition(input.bytes, input.format)
      } catch {
        complain("\(place):\(error)")
        return nil
      }
    } catch {
      complain("mailobs: \(place): \(error.reason)")
      return nil
    }
  }

  static func json(_ finding: MetricFinding, _ place: String) -> [UInt8] {
    var json = JSONText()
    json.object { json in
      json.key("file")
      json.string(place)
      json.key("line")
      json.integer(finding.line)
      json.key("severity")
      json.string(finding.severity.rawValue)
      json.key("rule")
      json.string(finding.rule.rawValue)
      json.key("family")
      json.string(finding.family)
      json.key("label")
      if let label = finding.label { json.string(label) } else { json.null() }
      json.key("message")
      json.string(finding.message)
      json.key("advice")
      json.string(finding.advice)
    }
    return json.bytes.withSteeringEscaped + [UInt8(ascii: "\n")]
  }

  private static func complain(_ text: String) {
    var output = Output(STDERR_FILENO)
    output.line(text)
    output.flush()
  }
}
