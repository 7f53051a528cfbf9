// swift-tools-version: 6.2
// What the HTTP measurements run: a server that embeds the library, and one of Hummingbird beside it. A package of
// its own, because Hummingbird brings thirty packages that nothing else needs.

import PackageDescription

let package = Package(
  name: "http-benchmarks",
  platforms: [.macOS(.v15)],
  dependencies: [
    .package(name: "swift-mail-observability", path: "../.."),
    .package(url: "https://github.com/hummingbird-project/hummingbird.git", from: "2.0.0"),
  ],
  targets: [
    .executableTarget(
      name: "http-ours",
      dependencies: [.product(name: "MailObservability", package: "swift-mail-observability")],
      path: "Sources/ours"),
    .executableTarget(
      name: "http-hummingbird",
      dependencies: [
        .product(name: "Hummingbird", package: "hummingbird"),
        .product(name: "HummingbirdCore", package: "hummingbird"),
      ],
      path: "Sources/hummingbird-peer"),
  ]
)
