// swift-tools-version: 6.2
// What the measurements are made of. A package of its own: what it depends on never reaches an embedder.

import PackageDescription

let strictness: [SwiftSetting] = [
  .enableUpcomingFeature("ExistentialAny"),
  .enableUpcomingFeature("MemberImportVisibility"),
  .enableUpcomingFeature("InternalImportsByDefault"),
]

let package = Package(
  name: "mail-observability-benchmarks",
  platforms: [.macOS(.v15)],
  dependencies: [
    .package(
      name: "swift-mail-observability", path: "..", traits: ["SwiftMetrics", "DistributedTracing"]),
    .package(url: "https://github.com/apple/swift-distributed-tracing", from: "1.7.0"),
    .package(url: "https://github.com/apple/swift-metrics", from: "2.13.0"),
    .package(url: "https://github.com/ordo-one/benchmark", from: "1.38.0", traits: []),
  ],
  targets: [
    .target(name: "AllocationCounter"),
    .target(
      name: "Workloads",
      dependencies: [
        .product(name: "MailObservability", package: "swift-mail-observability"),
        .product(name: "_MailObservabilityBenchmarks", package: "swift-mail-observability"),
      ],
      swiftSettings: strictness),
    .executableTarget(
      name: "ratios",
      dependencies: [
        "AllocationCounter", "Workloads",
        .product(name: "MailObservability", package: "swift-mail-observability"),
        .product(name: "_MailObservabilityBenchmarks", package: "swift-mail-observability"),
        .product(name: "MailObservabilitySwiftMetrics", package: "swift-mail-observability"),
        .product(name: "MailObservabilityDistributedTracing", package: "swift-mail-observability"),
        .product(name: "Metrics", package: "swift-metrics"),
        .product(name: "Tracing", package: "swift-distributed-tracing"),
      ], swiftSettings: strictness),
    .executableTarget(
      name: "parse-throughput",
      dependencies: [.product(name: "MetricParsing", package: "swift-mail-observability")],
      swiftSettings: strictness),
    .executableTarget(
      name: "Instruments",
      dependencies: ["Workloads", .product(name: "Benchmark", package: "benchmark")],
      path: "Benchmarks/Instruments",
      swiftSettings: strictness,
      plugins: [.plugin(name: "BenchmarkPlugin", package: "benchmark")]),
  ]
)
