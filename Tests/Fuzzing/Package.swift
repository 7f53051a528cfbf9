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
func fuzzer(_ name: String) -> Target {
  .executableTarget(
    name: name, dependencies: ["FuzzSupport", "ObservabilityHTTP", "EndpointMessages"],
    swiftSettings: strictness + [.unsafeFlags(["-parse-as-library"])])
}

func fuzzer(_ name: String, of module: String) -> Target {
  .executableTarget(
    name: name, dependencies: ["FuzzSupport", .byName(name: module)],
    swiftSettings: strictness + [.unsafeFlags(["-parse-as-library"])])
}

let package = Package(
  name: "fuzzing",
  platforms: [.macOS(.v15)],
  targets: [
    .target(name: "CObservabilityShims"),
    .target(
      name: "ObservabilityPlatform", dependencies: ["CObservabilityShims"], swiftSettings: strictness),
    .target(
      name: "ObservabilitySockets", dependencies: ["CObservabilityShims", "ObservabilityPlatform"],
      swiftSettings: strictness),
    .target(name: "EndpointMessages", swiftSettings: strictness),
    .target(
      name: "ObservabilityHTTP",
      dependencies: ["EndpointMessages", "ObservabilitySockets", "ObservabilityPlatform"],
      swiftSettings: strictness),
    .target(
      name: "FuzzSupport", dependencies: ["ObservabilityHTTP", "EndpointMessages"], swiftSettings: strictness),
    .target(
      name: "TraceSpans", dependencies: ["CObservabilityShims", "ObservabilityPlatform"],
      swiftSettings: strictness),
    fuzzer("fuzz-traceparent", of: "TraceSpans"),
    fuzzer("fuzz-tracestate", of: "TraceSpans"),
    fuzzer("fuzz-head"),
    fuzzer("fuzz-chunks"),
    fuzzer("fuzz-target"),
  ]
)
