// swift-tools-version: 6.2
// Does the public surface suffice? A package that depends on the product alone, as an embedder does. The Swift blocks of
// the README and of the documentation are taken from its sources, so that they compile.

import PackageDescription

let strictness: [SwiftSetting] = [
  .enableUpcomingFeature("ExistentialAny"),
  .enableUpcomingFeature("MemberImportVisibility"),
  .enableUpcomingFeature("InternalImportsByDefault"),
]

let product = Target.Dependency.product(name: "MailObservability", package: "swift-mail-observability")

func program(_ name: String, _ dependencies: [Target.Dependency] = []) -> Target {
  .executableTarget(name: name, dependencies: [product] + dependencies, swiftSettings: strictness)
}

/// A library of an exporter: what it knows of a system, or which metrics it makes of that.
func library(_ name: String, _ dependencies: [Target.Dependency] = []) -> Target {
  .target(name: name, dependencies: dependencies, swiftSettings: strictness)
}

let bridges = [
  "SwiftMetrics", "SwiftLog", "DistributedTracing", "ServiceLifecycle", "Hummingbird", "OTLPGRPC", "OTLPTLS",
]

let package = Package(
  name: "embedding",
  platforms: [.macOS(.v15)],
  dependencies: [
    .package(name: "swift-mail-observability", path: "../..", traits: ["All"]),
    .package(url: "https://github.com/apple/swift-distributed-tracing", from: "1.7.0"),
    .package(url: "https://github.com/apple/swift-log", from: "1.16.0"),
    .package(url: "https://github.com/apple/swift-metrics", from: "2.13.0"),
    .package(url: "https://github.com/apple/swift-nio", from: "2.60.0"),
    .package(url: "https://github.com/apple/swift-nio-extras", from: "1.30.0"),
    .package(url: "https://github.com/hummingbird-project/hummingbird", from: "2.28.0"),
    .package(url: "https://github.com/swift-server/async-http-client", from: "1.30.0"),
    .package(url: "https://github.com/swift-server/swift-service-lifecycle", from: "2.8.0"),
  ],
  targets: [
    // The README's first block, to the letter.
    program("quick-start"),
    // The documentation's program of a server's life.
    program("beginning-and-end"),
    // Every feature once, and what a scrape then says.
    program("embedding"),
    program(
      "mounted-in-hummingbird",
      [
        .product(name: "Hummingbird", package: "hummingbird"),
        .product(name: "MailObservabilityHummingbird", package: "swift-mail-observability"),
      ]),
    // Libraries of the ecosystem under load, which tell what they do by the bridges.
    program(
      "ecosystem-host",
      ["DistributedTracing", "Hummingbird", "ServiceLifecycle", "SwiftMetrics"].map {
        .product(name: "MailObservability" + $0, package: "swift-mail-observability")
      } + [
        .product(name: "AsyncHTTPClient", package: "async-http-client"),
        .product(name: "CoreMetrics", package: "swift-metrics"),
        .product(name: "Hummingbird", package: "hummingbird"),
        .product(name: "Logging", package: "swift-log"),
        .product(name: "NIOCore", package: "swift-nio"),
        .product(name: "NIOPosix", package: "swift-nio"),
        .product(name: "ServiceLifecycle", package: "swift-service-lifecycle"),
        .product(name: "Tracing", package: "swift-distributed-tracing"),
        .product(name: "UnixSignals", package: "swift-service-lifecycle"),
      ]),
    // A server on SwiftNIO that a group of services begins and ends.
    program(
      "service-group",
      [
        .product(name: "Logging", package: "swift-log"),
        .product(name: "MailObservabilityServiceLifecycle", package: "swift-mail-observability"),
        .product(name: "NIOCore", package: "swift-nio"),
        .product(name: "NIOExtras", package: "swift-nio-extras"),
        .product(name: "NIOPosix", package: "swift-nio"),
        .product(name: "ServiceLifecycle", package: "swift-service-lifecycle"),
        .product(name: "UnixSignals", package: "swift-service-lifecycle"),
      ]),
    // Three exporters, each in three parts: facts, the metrics that are made of them, and a program.
    library("CPUStat"),
    library("CPUStatExporter", ["CPUStat", product]),
    program("cpustat-exporter", ["CPUStat", "CPUStatExporter"]),
    .target(name: "CStatfs"),
    library("Filesystems", ["CStatfs"]),
    library("FilesystemExporter", ["Filesystems", product]),
    program("statfs-exporter", ["FilesystemExporter"]),
    library("HDHomeRun"),
    library("HDHomeRunExporter", ["HDHomeRun", product]),
    program("hdhomerun-exporter", ["HDHomeRunExporter"]),
    .testTarget(
      name: "exporters-tests",
      dependencies: [
        "CPUStat", "CPUStatExporter", "Filesystems", "FilesystemExporter", "HDHomeRun", "HDHomeRunExporter",
        product, .product(name: "MailObservabilityTesting", package: "swift-mail-observability"),
        .product(name: "MetricParsing", package: "swift-mail-observability"),
      ],
      path: "Sources/exporters-tests",
      swiftSettings: strictness),
    // Spans by gRPC and over TLS, as the environment says.
    program(
      "export-transports",
      [
        .product(name: "MailObservabilityOTLPGRPC", package: "swift-mail-observability"),
        .product(name: "MailObservabilityOTLPTLS", package: "swift-mail-observability"),
      ]),
    // What the documentation says about tests.
    .testTarget(
      name: "metrics-tests",
      dependencies: [
        product, .product(name: "MailObservabilityTesting", package: "swift-mail-observability"),
        .product(name: "MetricParsing", package: "swift-mail-observability"),
      ],
      path: "Sources/metrics-tests",
      swiftSettings: strictness),
    // Compiled only.
    .target(name: "snippets", dependencies: [product], swiftSettings: strictness),
    // Compiled only: what the documentation says of the bridges, a file each.
    .target(
      name: "bridges",
      dependencies: bridges.map {
        .product(name: "MailObservability" + $0, package: "swift-mail-observability")
      } + [
        .product(name: "AsyncHTTPClient", package: "async-http-client"),
        .product(name: "Hummingbird", package: "hummingbird"),
        .product(name: "HummingbirdCore", package: "hummingbird"),
        .product(name: "Logging", package: "swift-log"),
        .product(name: "Metrics", package: "swift-metrics"),
        .product(name: "NIOCore", package: "swift-nio"),
        .product(name: "ServiceLifecycle", package: "swift-service-lifecycle"),
        .product(name: "Tracing", package: "swift-distributed-tracing"),
        .product(name: "UnixSignals", package: "swift-service-lifecycle"),
      ],
      swiftSettings: strictness),
    .target(
      name: "names-beside-others",
      dependencies: [
        product,
        .product(name: "MailObservabilityTesting", package: "swift-mail-observability"),
        .product(name: "MetricParsing", package: "swift-mail-observability"),
        .product(name: "AsyncHTTPClient", package: "async-http-client"),
        .product(name: "Hummingbird", package: "hummingbird"),
        .product(name: "Logging", package: "swift-log"),
        .product(name: "Metrics", package: "swift-metrics"),
        .product(name: "ServiceLifecycle", package: "swift-service-lifecycle"),
        .product(name: "Tracing", package: "swift-distributed-tracing"),
      ]
        + bridges.map { .product(name: "MailObservability" + $0, package: "swift-mail-observability") },
      swiftSettings: strictness),
  ]
)
