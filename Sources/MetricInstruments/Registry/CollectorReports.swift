// What does a scrape say of the collectors that it asked?

/// The families about collectors. They are made anew for each scrape, but no other family can have their names.
package struct CollectorReports: Sendable {
  package let success: FamilyDescriptor
  package let duration: FamilyDescriptor

  var all: [FamilyDescriptor] { [success, duration] }

  init(namespace: String, _ constantLabels: ConstantLabels) {
    success = CollectorReports.gauge(
      Registry.fullName("collector_success", in: namespace),
      "Whether a collector's values are in this scrape.", constantLabels)
    duration = CollectorReports.gauge(
      Registry.fullName("collector_duration_seconds", in: namespace), "How long a collector took.",
      unit: "seconds", constantLabels)
  }

  private static func gauge(
    _ name: String, _ help: String, unit: String = "", _ constantLabels: ConstantLabels
  ) -> FamilyDescriptor {
    var report = FamilyDescriptor(
      name: name, type: .gauge, help: help, unit: unit, labelNames: ["collector"], bounds: [], shape: .own
    )
    report.constantLabels = constantLabels
    return report
  }
}
