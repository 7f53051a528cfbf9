// What does an operator choose at the top of a board, and what is marked on its graphs?

/// A query whose points are marked on every graph of a board.
struct Annotation: Equatable, Sendable {
  let name: String
  let expression: Expression
  let meaning: Meaning
  let title: String

  /// The smallest distance of two points that are asked for. The interval of a rate is never shorter than the distance, so
  /// that what lasts for one scrape is in one of them.
  static let step = "15s"

  static let all = [
    Annotation(
      name: "Restarts",
      expression: Expression(
        "resets(\(Expression.series("observability_scrape_duration_seconds", suffix: "_count").text)"
          + "[$__rate_interval]) > 0 or time() - \(Expression.common("process_start_time_seconds").text) < 120"
      ),
      meaning: .mark, title: "{{instance}} has restarted"),
    Annotation(
      name: "Maintenance",
      expression: Expression("\(Expression.series("health_maintenance").over("max_over_time").text) > 0"),
      meaning: .warning, title: "{{instance}} is in maintenance"),
    Annotation(
      name: "Drains",
      expression: Expression("\(Expression.series("health_draining").over("max_over_time").text) > 0"),
      meaning: .idle, title: "{{instance}} is draining"),
  ]
}

/// What is chosen at the top of a board.
enum BoardVariable: Equatable, Sendable {
  case dataSource(name: String, label: String, plugin: String)
  /// - Parameters:
  ///   - regex: of which the first group is the value; empty for all of it.
  ///   - current: what is chosen until an operator chooses; nil for everything.
  case query(name: String, label: String, query: Expression, regex: String, current: String?)

  /// - Parameter namespace: empty for names without one.
  static func all(namespace: String) -> [BoardVariable] {
    // Every host has this family, whichever groups it exports.
    let own = "<observability_scrapes_total>"
    var variables: [BoardVariable] = [
      .dataSource(name: "datasource", label: "Data source", plugin: "prometheus"),
      .dataSource(name: "traces", label: "Traces", plugin: "tempo"),
    ]
    if !namespace.isEmpty {
      variables.append(
        .query(
          name: "namespace", label: "Namespace",
          query: Expression(#"label_values({__name__=~".+_observability_scrapes_total"}, __name__)"#),
          regex: "/^(.+)_observability_scrapes_total$/", current: namespace))
    }
    // The instances are those that are to be scraped: one that never answered is there to be chosen, and to be missed.
    return variables + [
      .query(
        name: "job", label: "Job", query: Expression("label_values(\(own), job)"), regex: "", current: nil),
      .query(
        name: "instance", label: "Instance",
        query: Expression(#"label_values(up{job=~"$job"}, instance)"#), regex: "", current: nil),
    ]
  }
}
