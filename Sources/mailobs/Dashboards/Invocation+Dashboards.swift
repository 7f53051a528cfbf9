// What does `mailobs dashboards` take?

import MailObservability
import MetricInstruments
import ObservabilityPlatform

extension Invocation {
  static func dashboards(_ words: inout ArgumentReader) throws(UsageError) -> Invocation {
    var output: String?
    var namespace = "rusmes"
    var groups = Set<MetricGroup>.all
    while let word = words.next() {
      switch word {
      case .operand(let text):
        throw words.error("there is no operand, and not \"\(text.oneLine(atMost: 64))\"")
      case .option("--help"), .option("-h"):
        try words.noValue("--help")
        return .help(words.topic)
      case .option("--output"):
        let folder = try words.value("--output")
        guard !folder.isEmpty else { throw words.error("--output needs a folder") }
        output = folder
      case .option("--namespace"): namespace = try words.value("--namespace")
      case .option("--groups"):
        groups = []
        for name in try words.value("--groups").split(separator: ",", omittingEmptySubsequences: false) {
          guard let group = MetricGroup(rawValue: String(name)) else {
            throw words.error("there is no group \"\(String(name).oneLine(atMost: 64))\"")
          }
          groups.insert(group)
        }
      case .option(let name): throw words.error("there is no option \"\(name.oneLine(atMost: 64))\"")
      }
    }
    guard let output else { throw words.error("--output is missing") }
    do throws(RegistrationError) {
      return .dashboards(
        DashboardRequest(output: output, set: try BoardSet(namespace: namespace, groups: groups)))
    } catch {
      throw words.error("no metric has the namespace \"\(namespace.oneLine(atMost: 64))\"")
    }
  }
}

extension DashboardRequest {
  static let usage = """
    usage: mailobs dashboards [options] --output DIR
      --output DIR               where the files are written; made when it is not there
      --namespace NAME           what the names of metrics begin with (rusmes)
      --groups GROUP,…           what the host exports (all of them)

    Writes a board of Grafana 10 or later for each of: \(BoardName.allCases.map(\.rawValue).joined(separator: " ")).
    A file of the same name is replaced, and a board that is left of other groups is told of. What a host without a group has no metrics for is left out,
    panels and boards. On the boards the namespace is a variable, which finds the ones that there are.

    Groups: \(MetricGroup.allCases.map(\.rawValue).joined(separator: " "))
    """
}
