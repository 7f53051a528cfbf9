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
    .executable(name: "example-mail-server", targets: ["example-mail-server"]),
    // For the package in Benchmarks, which cannot see what has `package` access.
    .library(name: "BenchmarkSupport", targets: ["BenchmarkSupport"]),
  ],
  targets: [
    .target(name: "PlatformShims"),
    library("Locking"),
    library("MetricInstruments", ["PlatformShims", "Locking"]),
    library("MetricExposition", ["MetricInstruments"]),
    library("BenchmarkSupport", ["MetricInstruments", "MetricExposition"]),
    library("HealthProbes", ["Locking"]),
    library("SocketIO", ["PlatformShims", "Locking"]),
    library("HTTPTransport", ["SocketIO", "Locking"]),
    library(
      "ObservabilityEndpoints", ["HTTPTransport", "MetricExposition", "HealthProbes", "Locking"]),
    library(
      "MailObservability",
      [
        "MetricInstruments", "MetricExposition", "HealthProbes", "SocketIO", "HTTPTransport",
        "ObservabilityEndpoints", "Locking",
      ]),
    .executableTarget(
      name: "example-mail-server",
      dependencies: ["MailObservability", "SocketIO", "HTTPTransport", "Locking"],
      swiftSettings: strictness),
    // Not a product: what the acceptance tests compare with what other programs read.
    .executableTarget(
      name: "exposition-samples",
      dependencies: ["MetricInstruments", "MetricExposition"],
      path: "Tests/Acceptance/exposition-samples",
      swiftSettings: strictness),

    tests("MetricInstrumentsTests", ["MetricInstruments", "Locking"]),
    tests("MetricExpositionTests", ["MetricExposition", "MetricInstruments"]),
    tests("HealthProbesTests", ["HealthProbes", "Locking"]),
    tests("SocketIOTests", ["SocketIO", "Locking"]),
    tests("HTTPTransportTests", ["HTTPTransport", "SocketIO", "Locking"]),
    tests(
      "ObservabilityEndpointsTests",
      [
        "ObservabilityEndpoints", "HTTPTransport", "HealthProbes", "MetricInstruments", "Locking",
      ]),
    tests("MailObservabilityTests", ["MailObservability", "Locking"]),
    tests("ExampleMailServerTests", ["example-mail-server", "MailObservability", "SocketIO", "Locking"]),
  ]
)
