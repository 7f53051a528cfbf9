// How do rules look as a resource of the Prometheus Operator?

/// A file of rules as a `PrometheusRule`: its `spec` is what stands in the file.
struct PrometheusRule {
  /// The name of the file that it is written to.
  let file: String
  let text: String

  /// - Parameters:
  ///   - file: the name of Prometheus' file, such as `alerts.rules.yml`.
  ///   - rules: what stands in it: comments, and then the groups.
  init(file: String, rules: String) {
    let stem = file.prefix { $0 != "." }
    self.file = "prometheusrule-\(stem).yaml"
    let lines = rules.split(separator: "\n", omittingEmptySubsequences: false).dropLast()
    let head = lines.prefix { $0.hasPrefix("#") }
    let resource = """
      apiVersion: monitoring.coreos.com/v1
      kind: PrometheusRule
      metadata:
        name: mail-\(stem)
        labels:
          app.kubernetes.io/name: mail
      spec:
      """
    // An indent is all the difference in YAML. Empty lines get none.
    let content = lines.dropFirst(head.count).map { $0.isEmpty ? "" : "  " + $0 }
    text = (head.map(String.init) + [resource] + content).joined(separator: "\n") + "\n"
  }
}
