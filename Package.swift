// swift-tools-version: 6.2
// What the package is made of. The order of the targets is the direction in which data flows;
// a target may only depend on targets above it.

import PackageDescription

let strictness: [SwiftSetting] = [
  .enableUpcomingFeature("ExistentialAny"),
  .enableUpcomingFeature("MemberImportVisibility"),
  .enableUpcomingFeature("InternalImportsByDefault"),
]

func library(_ name: String, _ dependencies: [Target.Dependency] = []) -> Target {
  .target(name: name, dependencies: dependencies, swiftSettings: strictness)
}

func tests(_ name: String, _ dependencies: [Target.Dependency]) -> Target {
  .testTarget(name: name, dependencies: dependencies, swiftSettings: strictness)
}

let package = Package(
  name: "swift-mail-observability",
  platforms: [.macOS(.v15)],
  products: [
    .library(name: "MailObservability", targets: ["MailObservability"]),
    // What a scrape says, read back and judged: for tests and tools, so that no server has to link it.
    .library(name: "MetricParsing", targets: ["MetricParsing"]),
    // For an embedder's own tests.
    .library(name: "MailObservabilityTesting", targets: ["MailObservabilityTesting"]),
    // For operators: reads, lints and asks what a server serves.
    .executable(name: "mailobs", targets: ["mailobs"]),
    // For the package in Benchmarks, which cannot see what has `package` access.
    .library(name: "_MailObservabilityBenchmarks", targets: ["_MailObservabilityBenchmarks"]),
  ],
  targets: [
    .target(name: "CObservabilityShims"),
    library("ObservabilityPlatform", ["CObservabilityShims"]),
    library("MetricInstruments", ["ObservabilityPlatform", "CObservabilityShims"]),
    library("MetricExposition", ["MetricInstruments", "ObservabilityPlatform"]),
    library("MetricParsing", ["ObservabilityPlatform"]),
    library("HealthProbes", ["ObservabilityPlatform", "CObservabilityShims"]),
    library("TraceSpans", ["ObservabilityPlatform", "CObservabilityShims"]),
    library("EndpointMessages"),
    library("ObservabilitySockets", ["ObservabilityPlatform", "CObservabilityShims"]),
    library("ObservabilityHTTP", ["EndpointMessages", "ObservabilitySockets", "ObservabilityPlatform"]),
    library(
      "OTLPExport",
      [
        "TraceSpans", "EndpointMessages", "ObservabilitySockets", "ObservabilityHTTP",
        "ObservabilityPlatform", "CObservabilityShims",
      ]),
    library(
      "ObservabilityEndpoints",
      [
        "EndpointMessages", "MetricExposition", "MetricInstruments", "HealthProbes", "ObservabilityPlatform",
        "CObservabilityShims",
      ]),
    library(
      "MailObservability",
      [
        "MetricInstruments", "MetricExposition", "HealthProbes", "TraceSpans", "EndpointMessages",
        "ObservabilitySockets", "ObservabilityHTTP", "OTLPExport", "ObservabilityEndpoints",
        "ObservabilityPlatform",
      ]),
    library("ObservabilityManualClock", ["ObservabilityPlatform"]),
    library(
      "MailObservabilityTesting",
      [
        "MailObservability", "MetricInstruments", "MetricParsing", "HealthProbes", "ObservabilityManualClock",
        "ObservabilityPlatform",
      ]),
    // For the package in Benchmarks, which cannot see what has `package` access.
    library(
      "_MailObservabilityBenchmarks",
      ["MetricInstruments", "MetricExposition", "TraceSpans", "OTLPExport", "ObservabilityPlatform"]),
    .executableTarget(
      name: "example-mail-server",
      dependencies: [
        "MailObservability", "EndpointMessages", "ObservabilitySockets", "ObservabilityHTTP",
        "ObservabilityPlatform",
      ],
      swiftSettings: strictness),
    .executableTarget(
      name: "mailobs",
      dependencies: [
        "MailObservability", "MetricParsing", "MetricExposition", "ObservabilityHTTP", "EndpointMessages",
        "ObservabilityPlatform",
      ],
      swiftSettings: strictness),
    // Not a product: what the acceptance tests compare with what other programs read.
    .executableTarget(
      name: "exposition-samples",
      dependencies: ["MetricInstruments", "MetricExposition"],
      path: "Tests/Acceptance/exposition-samples",
      swiftSettings: strictness),
    // Not a product: what the acceptance tests compare with what other readers take.
    .executableTarget(
      name: "exposition-verdicts",
      dependencies: ["MetricParsing", "ObservabilityPlatform"],
      path: "Tests/Acceptance/exposition-verdicts",
      swiftSettings: strictness),
    // Not a product: what the acceptance tests compare with what receivers of OTLP find.
    .executableTarget(
      name: "trace-samples",
      dependencies: ["OTLPExport", "TraceSpans", "ObservabilityPlatform", "TestSupport"],
      path: "Tests/Acceptance/trace-samples", swiftSettings: strictness),
    // Not a product: what a Prometheus scrapes over a slow link.
    .executableTarget(
      name: "churning-server", dependencies: ["MailObservability", "ObservabilityPlatform"],
      path: "Tests/Acceptance/churning-server", swiftSettings: strictness),
    // Not a product: whose processor time the export is measured by.
    .executableTarget(
      name: "exporting-process", dependencies: ["MailObservability", "ObservabilityPlatform"],
      path: "Tests/Acceptance/exporting-process", swiftSettings: strictness),
    // Not a product: what the acceptance tests compare with the samplers of others.
    .executableTarget(
      name: "sampling-decisions", dependencies: ["TraceSpans", "ObservabilityPlatform"],
      path: "Tests/Acceptance/sampling-decisions", swiftSettings: strictness),
    // Not a product: what the leak sanitizer watches.
    .executableTarget(
      name: "leak-rounds",
      dependencies: [
        "MailObservability", "OTLPExport", "TraceSpans", "ObservabilityPlatform", "TestSupport",
      ],
      path: "Tests/Leaks", swiftSettings: strictness),

    .target(
      name: "TestSupport",
      dependencies: ["ObservabilityManualClock", "ObservabilityPlatform", "CObservabilityShims"],
      path: "Tests/TestSupport", swiftSettings: strictness),
    tests("MetricInstrumentsTests", ["MetricInstruments", "ObservabilityPlatform", "TestSupport"]),
    tests("MetricExpositionTests", ["MetricExposition", "MetricInstruments", "TestSupport"]),
    tests(
      "MetricParsingTests", ["MetricParsing", "MetricExposition", "MetricInstruments", "TestSupport"]),
    tests("HealthProbesTests", ["HealthProbes", "ObservabilityPlatform", "TestSupport"]),
    tests("TraceSpansTests", ["TraceSpans", "ObservabilityPlatform", "TestSupport"]),
    tests("ObservabilitySocketsTests", ["ObservabilitySockets", "ObservabilityPlatform", "TestSupport"]),
    tests(
      "ObservabilityHTTPTests",
      [
        "ObservabilityHTTP", "EndpointMessages", "ObservabilitySockets", "ObservabilityPlatform",
        "TestSupport",
      ]),
    tests(
      "OTLPExportTests",
      [
        "OTLPExport", "TraceSpans", "EndpointMessages", "ObservabilitySockets", "ObservabilityHTTP",
        "ObservabilityPlatform", "CObservabilityShims", "TestSupport",
      ]),
    tests(
      "ObservabilityEndpointsTests",
      [
        "ObservabilityEndpoints", "EndpointMessages", "HealthProbes", "MetricExposition",
        "MetricInstruments", "ObservabilityPlatform", "CObservabilityShims", "TestSupport",
      ]),
    tests(
      "MailObservabilityTests",
      [
        "MailObservability", "HealthProbes", "MetricParsing", "OTLPExport", "TraceSpans", "ObservabilityHTTP",
        "ObservabilityPlatform", "ObservabilitySockets", "TestSupport",
      ]),
    tests(
      "MailobsTests",
      [
        "mailobs", "MailObservability", "HealthProbes", "MetricInstruments", "MetricParsing",
        "ObservabilityPlatform", "TestSupport",
      ]),
    tests(
      "MailObservabilityTestingTests",
      ["MailObservabilityTesting", "MailObservability", "ObservabilityPlatform", "TestSupport"]),
    tests(
      "ExampleMailServerTests",
      [
        "example-mail-server", "MailObservability", "TraceSpans", "ObservabilitySockets",
        "ObservabilityPlatform", "TestSupport",
      ]),
  ]
)
