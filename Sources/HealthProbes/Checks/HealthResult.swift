// What can one run of a check find?

/// What one run of a health check found.
///
/// A reason is shown only to trusted clients and given to the observers' hooks. Line ends and other control
/// characters in it are escaped, such as `\n`, and it is cut at 1 KiB, so it can be logged and printed as it is.
public enum HealthResult: Sendable, Hashable {
  /// The thing that was checked works.
  case pass
  /// It still serves, but somebody should look at it.
  case warn(_ reason: String)
  /// It does not work.
  case fail(_ reason: String)

  /// The reason of a warning or a failure.
  public var reason: String? {
    switch self {
    case .pass: nil
    case .warn(let reason), .fail(let reason): reason
    }
  }
}
