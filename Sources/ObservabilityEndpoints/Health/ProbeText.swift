// What does a probe answer to people, in the manner of the Kubernetes API server?

import HealthProbes

enum ProbeText {
  /// One line a check and one for the whole. Reasons are withheld: anybody may ask a probe.
  static func verbose(_ answer: ProbeAnswer) -> String {
    var lines: [String] = []
    for check in answer.report.checks {
      switch check.state {
      case .pass: lines.append("[+]\(check.name) ok")
      case .warn: lines.append("[+]\(check.name) ok: with a warning")
      case .pending: lines.append("[-]\(check.name) failed: not known yet")
      case .fail: lines.append("[-]\(check.name) failed: reason withheld")
      }
    }
    for name in answer.excluded { lines.append("[+]\(name) excluded: ok") }
    if answer.isWithheld {
      lines.append(
        answer.report.isDraining ? "[-]shutdown failed: draining" : "[-]maintenance failed: reason withheld")
    }
    for name in answer.unknownExclusions {
      lines.append("warn: some checks cannot be excluded: no match for \"\(printable(name))\"")
    }
    lines.append("\(answer.probe.rawValue) check \(answer.passes ? "passed" : "failed")")
    return lines.joined(separator: "\n") + "\n"
  }

  /// What a client sent, cut and without anything but printable ASCII.
  private static func printable(_ text: String) -> String {
    String(
      String.UnicodeScalarView(text.unicodeScalars.prefix(64).map { (" "..."~").contains($0) ? $0 : "?" }))
  }
}
