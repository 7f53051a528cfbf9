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
    name: name, dependencies: ["FuzzSupport", "HTTPTransport"],
    swiftSettings: strictness + [.unsafeFlags(["-parse-as-library"])])
}

let package = Package(
  name: "fuzzing",
  platforms: [.macOS(.v15)],
  targets: [
    .target(name: "PlatformShims"),
    .target(name: "Locking", swiftSettings: strictness),
    .target(name: "SocketIO", dependencies: ["PlatformShims", "Locking"], swiftSettings: strictness),
    .target(name: "HTTPTransport", dependencies: ["SocketIO", "Locking"], swiftSettings: strictness),
    .target(name: "FuzzSupport", dependencies: ["HTTPTransport"], swiftSettings: strictness),
    fuzzer("fuzz-head"),
    fuzzer("fuzz-chunks"),
    fuzzer("fuzz-target"),
  ]
)
