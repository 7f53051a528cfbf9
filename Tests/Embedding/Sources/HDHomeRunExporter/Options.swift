// What did the command line ask for?

public import MailObservability

/// The arguments of the program, as ``helpPage`` explains them.
public struct Options: Sendable {
  /// Where it listens.
  public var address = "127.0.0.1:9137"
  /// How long a device may take.
  public var timeout = Duration.seconds(1)
  /// Where devices are; nil for anywhere.
  public var networks: [IPNetwork]?

  /// Nil for arguments that make no sense.
  public init?(_ arguments: some Collection<String>) {
    if let address = arguments.first { self.address = address }
    guard !address.hasPrefix("-") else { return nil }
    if let text = arguments.dropFirst().first {
      guard let seconds = Double(text), 0.01...60 ~= seconds else { return nil }
      timeout = .seconds(seconds)
    }
    for text in arguments.dropFirst(2) {
      guard let network = IPNetwork(text) else { return nil }
      networks = (networks ?? []) + [network]
    }
  }
}
