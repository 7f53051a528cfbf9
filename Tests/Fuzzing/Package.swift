// swift-tools-version: 6.2
// What is fuzzed, and with what. A package of its own, because its programs only link with libFuzzer.
// The library's modules are symbolic links to their sources: inside one package what has `package` access can be
// called, and everything is instrumented.

import PackageDescription

let strictness: [SwiftSetting] = [
  .enableUpcomingFeature("ExistentialAny"),
  .enableUpcomingFeature("MemberImportVisibility"),
  .enableUpcomingFeature("InternalImportsByDefault"),
]

/// Has no `main`: libFuzzer brings it.
func fuzzer(_ name: String, _ dependencies: [Target.Dependency]) -> Target {
  .executableTarget(
    name: name, dependencies: dependencies,
    swiftSettings: strictness + [.unsafeFlags(["-parse-as-library"])])
}

func library(_ name: String, _ dependencies: [Target.Dependency] = []) -> Target {
  .target(name: name, dependencies: dependencies, swiftSettings: strictness)
}

let package = Package(
  name: "fuzzing",
  platforms: [.macOS(.v15)],
  targets: [
    .target(name: "CObservabilityShims"),
    library("ObservabilityPlatform", ["CObservabilityShims"]),
    library("MetricInstruments", ["ObservabilityPlatform", "CObservabilityShims"]),
    library("MetricExposition", ["MetricInstruments", "ObservabilityPlatform"]),
    library("MetricParsing", ["ObservabilityPlatform"]),
    library("HealthProbes", ["ObservabilityPlatform", "CObservabilityShims"]),
    library("TraceSpans", ["ObservabilityPlatform", "CObservabilityShims"]),
    // Its parsers are nobody else's, so they are opened as for tests.
    .target(
      name: "ProcessMetrics",
      dependencies: ["MetricInstruments", "ObservabilityPlatform", "CObservabilityShims"],
      swiftSettings: strictness + [.unsafeFlags(["-enable-testing"])]),
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
        "MetricInstruments", "MetricExposition", "HealthProbes", "TraceSpans", "ProcessMetrics",
        "EndpointMessages", "ObservabilitySockets", "ObservabilityHTTP", "OTLPExport",
        "ObservabilityEndpoints", "ObservabilityPlatform",
      ]),
    // The example without its `main`; nothing of it is public, so it is opened as for tests.
    .target(
      name: "example-mail-server",
      dependencies: [
        "MailObservability", "EndpointMessages", "ObservabilitySockets", "ObservabilityHTTP",
        "ObservabilityPlatform",
      ],
      exclude: ["main.swift"], swiftSettings: strictness + [.unsafeFlags(["-enable-testing"])]),
    library("FuzzSupport", ["ObservabilityHTTP", "EndpointMessages"]),
    library(
      "ExampleDialogues", ["example-mail-server", "MailObservability", "EndpointMessages", "FuzzSupport"]),
    fuzzer("fuzz-head", ["FuzzSupport"]),
    fuzzer("fuzz-chunks", ["FuzzSupport"]),
    fuzzer("fuzz-answer", ["FuzzSupport", "ObservabilityHTTP", "EndpointMessages"]),
    fuzzer("fuzz-target", ["FuzzSupport", "ObservabilityHTTP", "EndpointMessages"]),
    fuzzer("fuzz-authorization", ["FuzzSupport", "ObservabilityEndpoints", "EndpointMessages"]),
    fuzzer("fuzz-cidr", ["FuzzSupport", "ObservabilityEndpoints", "EndpointMessages"]),
    fuzzer("fuzz-environment", ["FuzzSupport", "MailObservability"]),
    fuzzer("fuzz-traceparent", ["FuzzSupport", "TraceSpans"]),
    fuzzer("fuzz-tracestate", ["FuzzSupport", "TraceSpans"]),
    fuzzer("fuzz-otlp", ["FuzzSupport", "OTLPExport"]),
    fuzzer("fuzz-accept", ["FuzzSupport", "ObservabilityEndpoints", "MetricExposition"]),
    fuzzer("fuzz-kernel", ["FuzzSupport", "ProcessMetrics"]),
    fuzzer("fuzz-parse", ["FuzzSupport", "MetricParsing"]),
    fuzzer("fuzz-smtp", ["ExampleDialogues"]),
    fuzzer("fuzz-imap", ["ExampleDialogues"]),
    fuzzer("fuzz-jmap", ["ExampleDialogues"]),
    fuzzer("fuzz-json", ["ExampleDialogues"]),
  ]
)
