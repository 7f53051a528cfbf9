// Which parameters did the request's query give?

/// The parameters of a query, decoded, in the order they came.
public struct EndpointQuery: Sendable, Hashable {
  /// One parameter. `?verbose` has an empty value.
  public struct Item: Sendable, Hashable {
    /// The decoded name.
    public var name: String
    /// The decoded value.
    public var value: String

    /// A parameter.
    public init(name: String, value: String) {
      self.name = name
      self.value = value
    }
  }

  /// How many parameters a request target may have.
  package static let most = 128

  /// Every parameter, in order.
  public var items: [Item]

  /// The parameters given.
  public init(_ items: [Item] = []) { self.items = items }

  /// The value of the first parameter of that name, `nil` when there is none.
  public subscript(_ name: String) -> String? { items.first { $0.name == name }?.value }

  /// The values of every parameter of that name, in order.
  public func all(_ name: String) -> [String] { items.compactMap { $0.name == name ? $0.value : nil } }

  /// Whether there is a parameter of that name.
  public func contains(_ name: String) -> Bool { items.contains { $0.name == name } }
}
