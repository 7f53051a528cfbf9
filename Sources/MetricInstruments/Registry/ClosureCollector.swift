// How is a family read from a closure that may block, throw or be late?

import ObservabilityPlatform

/// A collector of one family, whose names nobody else has.
struct ClosureCollector: OwnThreadCollector {
  private let descriptor: FamilyDescriptor
  private let read: @Sendable () async throws -> [CollectedSample]
  /// Of its own, so that what blocks there holds up neither the pool nor another closure.
  let executor: any TaskExecutor = OwnThreadExecutor(name: "metric closure")

  init(_ descriptor: FamilyDescriptor, read: @escaping @Sendable () async throws -> [CollectedSample]) {
    self.descriptor = descriptor
    self.read = read
  }

  var name: String { descriptor.name }
  var familyNames: Set<String> { [descriptor.name] }

  func collect() async throws -> [CollectedFamily] {
    let samples = try await read()
    let names = Set(descriptor.labelNames.map { LabelText($0) })
    for label in samples.lazy.flatMap(\.labels) where !names.contains(LabelText(label.name)) {
      throw UnknownLabel(description: "\(label.name) is none of the labels \(descriptor.labelNames)")
    }
    return [
      CollectedFamily(
        descriptor.name, descriptor.type, help: descriptor.help, unit: descriptor.unit, samples: samples)
    ]
  }

  private struct UnknownLabel: Error, CustomStringConvertible { let description: String }
}
