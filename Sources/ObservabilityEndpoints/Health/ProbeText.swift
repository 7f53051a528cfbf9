// What does a probe answer to people, in the manner of the Kubernetes API server?

import HealthProbes

enum ProbeText {
  /// One line a check and one for the whole.
  ///
  /// - Parameter showsDetails: whether it is told why a check fails; anybody may ask a probe.
  static func verbose(_ answer: ProbeAnswer, showsDetails: Bool) -> String {
    func shown(_ reason: String?) -> String? { showsDetails ? reason : nil }
    var lines = answer.report.checks.map { check in
      switch check.state {
      case .pass: "[+]\(check.name) ok"
      case .warn: "[+]\(check.name) ok: \(shown(check.reason) ?? "with a warning")"
      case .pending:
        "[-]\(check.name) failed: not known yet" + (shown(check.lastResult?.reason).map { ": \($0)" } ?? "")
      case .fail: "[-]\(check.name) failed: \(shown(check.reason) ?? "reason withheld")"
      }
    }
    for name in answer.excluded { lines.append("[+]\(name) excluded: ok") }
    if answer.isWithheld {
      let reason = shown(answer.report.maintenance) ?? "reason withheld"
      lines.append(
        answer.report.isDraining ? "[-]shutdown failed: draining" : "[-]maintenance failed: \(reason)")
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
