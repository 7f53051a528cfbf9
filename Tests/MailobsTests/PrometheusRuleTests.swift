// Is a resource of the Prometheus Operator the file of rules, and nothing else?

import Testing

@testable import mailobs

@Suite("A PrometheusRule")
struct PrometheusRuleTests {
  private static func texts(_ change: (inout RulesRequest) -> Void) -> [(name: String, text: String)] {
    var request = RulesRequest()
    change(&request)
    return request.texts
  }

  @Test func eachFileIsAResourceOfItsName() {
    let names = Self.texts { $0.asResources = true }.map(\.name)
    #expect(
      names == [
        "prometheusrule-recording.yaml", "prometheusrule-alerts.yaml", "prometheusrule-rusmes-compat.yaml",
      ])
  }

  @Test(arguments: ["rusmes", "acme"]) func theSpecIsTheFileWithAnIndent(namespace: String) {
    let files = Self.texts { $0.namespace = namespace }
    let resources = Self.texts {
      $0.namespace = namespace
      $0.asResources = true
    }
    for (file, resource) in zip(files, resources) {
      let rules = file.text.split(separator: "\n").drop { $0.hasPrefix("#") }
      let spec = resource.text.split(separator: "\n").drop { $0 != "spec:" }.dropFirst()
      #expect(spec.map { $0.dropFirst(2) } == Array(rules), "\(file.name)")
      #expect(spec.allSatisfy { $0.hasPrefix("  ") })
    }
  }

  @Test func theHeadSaysHowItWasWritten() {
    for (name, text) in Self.texts({ $0.asResources = true }) {
      let head = text.split(separator: "\n").prefix { $0.hasPrefix("#") }
      #expect(head.last == "# Written by `mailobs rules --namespace rusmes --kubernetes`.", "\(name)")
    }
  }

  @Test func aResourceHasTheNameOfItsFile() {
    let rule = PrometheusRule(
      file: "alerts.rules.yml", rules: "# head\ngroups:\n  - name: a\n\n    rules: []\n")
    #expect(rule.file == "prometheusrule-alerts.yaml")
    #expect(
      rule.text == """
        # head
        apiVersion: monitoring.coreos.com/v1
        kind: PrometheusRule
        metadata:
          name: mail-alerts
          labels:
            app.kubernetes.io/name: mail
        spec:
          groups:
            - name: a

              rules: []

        """)
  }

  @Test func theOptionIsRead() throws {
    let invocation = try Invocation(["rules", "--kubernetes", "--namespace", "acme"])
    var expected = RulesRequest()
    expected.namespace = "acme"
    expected.asResources = true
    #expect(invocation == .rules(expected))
  }
}
