// What did a host's closure throw, in words?

/// A host's error as text. Made where the host's code runs: describing an error runs code of the host as well.
package struct DescribedError: Error, Sendable, CustomStringConvertible {
  package let description: String

  package init(_ error: any Error) { description = "\(error)" }
}
