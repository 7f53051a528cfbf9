// What does the command say of itself?

import MailObservability
import MetricParsing

enum Usage {
  /// - Parameter topic: the subcommand; nil for all of them.
  static func text(_ topic: Topic?) -> String {
    switch topic {
    case nil: overview
    case .parse: parse
    case .lint: lint
    case .healthcheck: healthcheck
    case .rules: rules
    case .dashboards: DashboardRequest.usage
    case .top: TopRequest.usage
    }
  }

  private static let overview = """
    usage: mailobs parse FILE|URL|-        print the families of an exposition as JSON
           mailobs lint FILE|URL|-         say what is wrong with its names, labels and values
           mailobs healthcheck URL         ask a server whether it is healthy
           mailobs rules                   write recording rules and alerts for Prometheus
           mailobs dashboards --output DIR write Grafana's boards of the catalogue
           mailobs top URL                 show in a terminal what the server's live page shows
           mailobs COMMAND --help          say more
           mailobs --version

    A URL is http://HOST:PORT/PATH or unix:/PATH/OF/SOCKET; - is the standard input. https is not
    spoken: pipe what curl fetches, as one does where a password is asked for.

    Exit codes: 0 all is well, 1 it is not or cannot be said, 64 the command line is wrong.
    """

  private static let reading = """
      --format text|openmetrics  what it is; else a server's Content-Type says it, and of a file
                                 its last line, which is # EOF in OpenMetrics
      --timeout TIME             for a server's answer: 5s, 500ms, 1m (10s)
    """

  private static let parse = """
    usage: mailobs parse [options] FILE|URL|-
    \(reading)

    Reads Prometheus text 0.0.4 and 1.0.0, and OpenMetrics 0.0.1 and 1.0.0: up to 64 MiB, 1,000,000
    samples with 64 labels each, 100,000 families, and lines of 64 KiB. Of a URL without a path, or
    with / alone, /metrics is asked for. What is not well-formed is told as FILE:LINE:COLUMN: reason,
    with exit code 1.

    Prints an array of families, one sample a line:
      [{"name", "type", "unit", "help", "line", "samples": [
        {"name", "labels": {…}, "value", "timestamp", "created",
         "exemplar": {"labels": {…}, "value", "timestamp"}, "line"}]}]
    Times are in seconds since 1970; one that is not finite is null. What is not there is left out,
    but for unit and help, which are null. A value that JSON has no number for is null, and
    "notFinite" then says NaN, +Inf or -Inf.
    """

  private static let lint = """
    usage: mailobs lint [options] FILE|URL|-
    \(reading)
      --json                     each finding as an object with file, line, severity, rule, family,
                                 label, message and advice
      --ignore RULE,…            tell nothing of these rules
      --label-values N           the most values of a label that are no finding (100)
      --series N                 the most series of a family that are none (1000)

    Reads what mailobs parse reads. Prints one finding a line,
    FILE:LINE: severity: family{label}: message; advice [rule], and exits with 1 when one of them is
    an error: what promtool check metrics finds in what it reads, or what makes queries wrong. Of a
    family the first 1,000 names of labels are judged.

    Rules:
    \(findings)
    """

  private static let healthcheck = """
    usage: mailobs healthcheck [--timeout TIME] URL
      --timeout TIME             for all of it: 5s, 500ms, 1m (3s)

    Healthy is what answers with a status from 200 to 299; redirects are not followed. Of a URL
    without a path, or with / alone, /health is asked for. Prints one line, and exits with 0 or 1,
    as HEALTHCHECK of a container asks.
    """

  private static let rules = """
    usage: mailobs rules [options]
      --namespace NAME           what the names of the metrics begin with (rusmes)
      --job REGEX                the job that scrapes the servers (the namespace)
      --groups GROUP,…           the groups of the catalogue that the servers export (all)
      --runbooks URL             where the article on alerts is served, without its anchor
      --output FOLDER            writes recording.rules.yml, alerts.rules.yml and
                                 rusmes-compat.rules.yml there; else all is printed as one file
      --kubernetes               writes resources of the Prometheus Operator, in files named
                                 prometheusrule-recording.yaml and so on

    A rule that reads a group which is not exported is left out. The numbers that alerts compare
    with are the first group of alerts.rules.yml, for you to change.

    Groups: \(groups)
    """

  private static let groups = MetricGroup.allCases.map(\.rawValue).joined(separator: " ")
  private static let findings = MetricFinding.Rule.allCases.map { "  \($0.rawValue)" }.joined(separator: "\n")
}
