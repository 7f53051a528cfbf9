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

/// Joins this package with one of others, in a module and a product of its own. Every product of another package is
/// conditioned on the trait: one that is not, a test's included, makes everybody fetch all of them.
struct Bridge {
  let trait: String
  let description: String
  let products: [String: [String]]
  let testProducts: [String: [String]]
  /// Further modules of this package.
  let ours: [Target.Dependency]
  let testOurs: [Target.Dependency]

  var module: String { "MailObservability" + trait }

  func dependencies(_ products: [String: [String]]) -> [Target.Dependency] {
    products.sorted { $0.key < $1.key }.flatMap { package, names in
      names.map { .product(name: $0, package: package, condition: .when(traits: [trait])) }
    }
  }
}

func bridge(
  _ trait: String, _ description: String, _ products: [String: [String]], tests: [String: [String]] = [:],
  ours: [Target.Dependency] = [], testOurs: [Target.Dependency] = []
) -> Bridge {
  Bridge(
    trait: trait, description: description, products: products, testProducts: tests, ours: ours,
    testOurs: testOurs)
}

// What the two ways to a collector that need packages have in common.
let collectorModules: [Target.Dependency] = [
  "CollectorConnections", "ObservabilityHTTP", "ObservabilitySockets",
]
let collectorProducts: [Target.Dependency] = [
  ("NIOCore", "swift-nio"), ("NIOPosix", "swift-nio"), ("NIOSSL", "swift-nio-ssl"),
].map { .product(name: $0.0, package: $0.1, condition: .when(traits: ["OTLPGRPC", "OTLPTLS"])) }

// Off by default: a plain build resolves and fetches nothing.
let bridges = [
  bridge(
    "SwiftMetrics", "A factory of swift-metrics on a registry.", ["swift-metrics": ["CoreMetrics"]],
    tests: ["swift-metrics": ["Metrics", "MetricsTestKit"]]),
  bridge(
    "SwiftLog", "Log messages as a Logger, spans as metadata, counted.", ["swift-log": ["Logging"]],
    tests: ["swift-log": ["InMemoryLogging"]]),
  bridge(
    "DistributedTracing", "The tracer as one of swift-distributed-tracing.",
    ["swift-distributed-tracing": ["Instrumentation", "Tracing"]],
    tests: ["swift-distributed-tracing": ["InMemoryTracing"]]),
  bridge(
    "ServiceLifecycle", "The server and the tracer as services of a group.",
    ["swift-service-lifecycle": ["ServiceLifecycle"]],
    tests: ["swift-service-lifecycle": ["ServiceLifecycleTestKit"], "swift-log": ["Logging"]]),
  bridge(
    "Hummingbird", "The endpoints on a router, and a middleware that records.",
    [
      "hummingbird": ["Hummingbird"], "swift-http-types": ["HTTPTypes"],
      "swift-nio": ["NIOCore", "NIOHTTP1"], "swift-nio-extras": ["NIOHTTPTypes"],
    ],
    tests: [
      "hummingbird": ["HummingbirdTesting"], "swift-log": ["Logging"],
      "swift-nio": ["NIOEmbedded", "NIOPosix"],
    ]),
  bridge(
    "OTLPGRPC", "Spans to a collector over gRPC.",
    [
      "grpc-swift-2": ["GRPCCore"], "grpc-swift-nio-transport": ["GRPCNIOTransportHTTP2"],
      "swift-nio": ["NIOCore"], "swift-nio-http2": ["NIOHPACK", "NIOHTTP2"], "swift-nio-ssl": ["NIOSSL"],
    ], tests: ["swift-nio": ["NIOEmbedded", "NIOPosix"]], ours: collectorModules,
    testOurs: ["ExportTestSupport"] + collectorModules),
  bridge(
    "OTLPTLS", "Spans to a collector over HTTP and TLS.",
    [
      "async-http-client": ["AsyncHTTPClient"], "swift-nio": ["NIOCore", "NIOHTTP1"],
      "swift-nio-ssl": ["NIOSSL"],
    ], ours: collectorModules, testOurs: ["ExportTestSupport"] + collectorModules),
]

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
  ] + bridges.map { .library(name: $0.module, targets: [$0.module]) },
  traits: Set(bridges.map { .trait(name: $0.trait, description: $0.description) })
    .union([
      .trait(name: "All", description: "All of them, to try out.", enabledTraits: Set(bridges.map(\.trait)))
    ]),
  dependencies: [
    .package(url: "https://github.com/apple/swift-distributed-tracing", from: "1.7.0"),
    .package(url: "https://github.com/apple/swift-http-types", from: "1.0.0"),
    .package(url: "https://github.com/apple/swift-log", from: "1.16.0"),
    .package(url: "https://github.com/apple/swift-metrics", from: "2.13.0"),
    .package(url: "https://github.com/apple/swift-nio", from: "2.60.0"),
    .package(url: "https://github.com/apple/swift-nio-extras", from: "1.30.0"),
    .package(url: "https://github.com/apple/swift-nio-http2", from: "1.42.0"),
    .package(url: "https://github.com/apple/swift-nio-ssl", from: "2.30.0"),
    .package(url: "https://github.com/grpc/grpc-swift-2", from: "2.0.0"),
    .package(url: "https://github.com/grpc/grpc-swift-nio-transport", from: "2.9.0"),
    .package(url: "https://github.com/hummingbird-project/hummingbird", from: "2.28.0"),
    .package(url: "https://github.com/swift-server/async-http-client", from: "1.30.0"),
    .package(url: "https://github.com/swift-server/swift-service-lifecycle", from: "2.8.0"),
  ],
  targets: [
    .target(name: "CObservabilityShims"),
    library("ObservabilityPlatform", ["CObservabilityShims"]),
    library("MetricInstruments", ["ObservabilityPlatform", "CObservabilityShims"]),
    library("MetricExposition", ["MetricInstruments", "ObservabilityPlatform"]),
    library("MetricParsing", ["ObservabilityPlatform"]),
    library("HealthProbes", ["ObservabilityPlatform", "CObservabilityShims"]),
    library("TraceSpans", ["ObservabilityPlatform", "CObservabilityShims"]),
    library("ProcessMetrics", ["MetricInstruments", "ObservabilityPlatform", "CObservabilityShims"]),
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
      "CollectorConnections",
      ["OTLPExport", "ObservabilityHTTP", "ObservabilitySockets", "ObservabilityPlatform"] + collectorProducts
    ),
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
        "MailObservability", "MetricInstruments", "MetricParsing", "MetricExposition", "ObservabilityHTTP",
        "EndpointMessages", "ObservabilityPlatform",
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
    // Not a product: what the boards of Grafana are tried with, of any namespace and groups.
    .executableTarget(
      name: "recording-host",
      dependencies: ["MailObservability", "MetricInstruments", "ObservabilityPlatform"],
      path: "Tests/Acceptance/recording-host", swiftSettings: strictness),
    // Not a product: whose processor time the export is measured by.
    .executableTarget(
      name: "exporting-process", dependencies: ["MailObservability", "ObservabilityPlatform"],
      path: "Tests/Acceptance/exporting-process", swiftSettings: strictness),
    // Not a product: what reading the figures of a process costs.
    .executableTarget(
      name: "process-readings", dependencies: ["ProcessMetrics", "ObservabilityPlatform"],
      path: "Tests/Acceptance/process-readings", swiftSettings: strictness),
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
    // What every transport of spans is tried with.
    .target(
      name: "ExportTestSupport",
      dependencies: [
        "OTLPExport", "TraceSpans", "ObservabilitySockets", "ObservabilityPlatform", "TestSupport",
      ] + collectorProducts,
      path: "Tests/ExportTestSupport", swiftSettings: strictness),
    tests("MetricInstrumentsTests", ["MetricInstruments", "ObservabilityPlatform", "TestSupport"]),
    tests("MetricExpositionTests", ["MetricExposition", "MetricInstruments", "TestSupport"]),
    tests(
      "MetricParsingTests", ["MetricParsing", "MetricExposition", "MetricInstruments", "TestSupport"]),
    tests("HealthProbesTests", ["HealthProbes", "ObservabilityPlatform", "TestSupport"]),
    tests(
      "ProcessMetricsTests",
      [
        "ProcessMetrics", "MetricInstruments", "ObservabilityPlatform", "CObservabilityShims", "TestSupport",
      ]),
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
        "ObservabilityPlatform", "CObservabilityShims", "TestSupport", "ExportTestSupport",
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
        "MailObservability", "HealthProbes", "MetricParsing", "OTLPExport", "ProcessMetrics", "TraceSpans",
        "ObservabilityEndpoints", "ObservabilityHTTP", "ObservabilityPlatform", "ObservabilitySockets",
        "TestSupport",
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
    + bridges.map { bridge in
      library(
        bridge.module,
        [
          "MailObservability", "MetricInstruments", "TraceSpans", "OTLPExport", "EndpointMessages",
          "ObservabilityEndpoints", "ObservabilityPlatform",
        ] + bridge.ours + bridge.dependencies(bridge.products))
    }
    + bridges.map { bridge in
      .testTarget(
        name: bridge.module + "Tests",
        dependencies: [
          .target(name: bridge.module), "MailObservability", "MetricInstruments", "TraceSpans", "OTLPExport",
          "EndpointMessages", "ObservabilityEndpoints", "ObservabilityPlatform", "TestSupport",
        ] + bridge.testOurs + bridge.dependencies(bridge.products) + bridge.dependencies(bridge.testProducts),
        path: "Tests/Bridges/" + bridge.trait, swiftSettings: strictness)
    }
)

// All tests are one program: a step that needs some of them names their targets, and builds no others, nor a program
// that they do not use.
if let wanted = Context.environment["TEST_TARGETS"]?.split(separator: ",") {
  package.targets.removeAll { target in target.isTest && !wanted.contains { target.name.hasPrefix($0) } }
  let used = Set(
    package.targets.flatMap(\.dependencies).compactMap { dependency in
      switch dependency {
      case .byNameItem(let name, _), .targetItem(let name, _): name
      default: nil
      }
    })
  package.products.removeAll { $0 is Product.Executable && !used.contains($0.name) }
  package.targets.removeAll { $0.type == .executable && !used.contains($0.name) }
}
