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
    // For the package in Benchmarks, which cannot see what has `package` access.
    .library(name: "_MailObservabilityBenchmarks", targets: ["_MailObservabilityBenchmarks"]),
  ],
  targets: [
    .target(name: "CObservabilityShims"),
    library("ObservabilityPlatform", ["CObservabilityShims"]),
    library("MetricInstruments", ["ObservabilityPlatform", "CObservabilityShims"]),
    library("MetricExposition", ["MetricInstruments", "ObservabilityPlatform"]),
    library("HealthProbes", ["ObservabilityPlatform", "CObservabilityShims"]),
    library("TraceSpans", ["ObservabilityPlatform", "CObservabilityShims"]),
    library("EndpointMessages"),
    library("ObservabilitySockets", ["ObservabilityPlatform", "CObservabilityShims"]),
    library("ObservabilityHTTP", ["EndpointMessages", "ObservabilitySockets", "ObservabilityPlatform"]),
    library(
      "ObservabilityEndpoints",
      ["EndpointMessages", "MetricExposition", "MetricInstruments", "HealthProbes", "ObservabilityPlatform"]),
    library(
      "MailObservability",
      [
        "MetricInstruments", "MetricExposition", "HealthProbes", "TraceSpans", "EndpointMessages",
        "ObservabilitySockets", "ObservabilityHTTP", "ObservabilityEndpoints", "ObservabilityPlatform",
      ]),
    // For the package in Benchmarks, which cannot see what has `package` access.
    library(
      "_MailObservabilityBenchmarks",
      ["MetricInstruments", "MetricExposition", "TraceSpans", "ObservabilityPlatform"]),
    .executableTarget(
      name: "example-mail-server",
      dependencies: [
        "MailObservability", "EndpointMessages", "ObservabilitySockets", "ObservabilityHTTP",
        "ObservabilityPlatform",
      ],
      swiftSettings: strictness),
    // Not a product: what the acceptance tests compare with what other programs read.
    .executableTarget(
      name: "exposition-samples",
      dependencies: ["MetricInstruments", "MetricExposition"],
      path: "Tests/Acceptance/exposition-samples",
      swiftSettings: strictness),
    // Not a product: what a Prometheus scrapes over a slow link.
    .executableTarget(
      name: "churning-server", dependencies: ["MailObservability", "ObservabilityPlatform"],
      path: "Tests/Acceptance/churning-server", swiftSettings: strictness),
    // Not a product: what the leak sanitizer watches.
    .executableTarget(
      name: "leak-rounds", dependencies: ["MailObservability", "ObservabilityPlatform", "TestSupport"],
      path: "Tests/Leaks", swiftSettings: strictness),

    .target(
      name: "TestSupport", dependencies: ["ObservabilityPlatform"], path: "Tests/TestSupport",
      swiftSettings: strictness),
    tests("MetricInstrumentsTests", ["MetricInstruments", "ObservabilityPlatform", "TestSupport"]),
    tests("MetricExpositionTests", ["MetricExposition", "MetricInstruments", "TestSupport"]),
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
      "ObservabilityEndpointsTests",
      [
        "ObservabilityEndpoints", "EndpointMessages", "HealthProbes", "MetricExposition",
        "MetricInstruments", "ObservabilityPlatform", "TestSupport",
      ]),
    tests(
      "MailObservabilityTests",
      [
        "MailObservability", "HealthProbes", "TraceSpans", "ObservabilityPlatform", "ObservabilitySockets",
        "TestSupport",
      ]),
    tests(
      "ExampleMailServerTests",
      [
        "example-mail-server", "MailObservability", "ObservabilitySockets", "ObservabilityPlatform",
        "TestSupport",
      ]),
  ]
)
