// What does a run that is not over wait for?

/// Lets a run say what it waits for, so that the failure at its deadline can name it. May be called from any
/// thread.
struct RunProgress: Sendable {
  private let note: @Sendable (String?) -> Void

  init(_ note: @escaping @Sendable (String?) -> Void) { self.note = note }

  /// For where nobody asks.
  static let unheard = RunProgress { _ in }

  /// - Parameter cause: to be read after "waited for".
  func waits(for cause: String) { note(cause) }

  /// What it waited for has come.
  func goesOn() { note(nil) }
}
