// Which variables does the program publish?

import ObservabilityPlatform

/// Published variables, in the manner of Go's `expvar`: a name, a value, and no more ceremony.
///
/// ```swift
/// let puts = try metrics.variables.integer("mail/queue/putCount", "envelopes put in the queue")
/// puts.add(1)
/// ```
///
/// `/debug/vars` has them all under their own names. `/metrics` has the numbers, under names made legal: every character
/// other than a letter of ASCII, a digit or an underscore becomes an underscore, and a leading digit gets an `i` before
/// it. No namespace is put before them, and their type is unknown.
///
/// Publishing the same variable again returns the one that exists, or a new one if that was unregistered; anything else
/// under a name that is taken throws a ``RegistrationError``, as does a name that becomes another metric's when it is made
/// legal. All methods may be called from any thread.
///
/// Source: chasquid's `expvarom`, whose rules these are.
public final class PublishedVariables: Sendable {
  private let registry: Registry
  private let published = Locked(State())

  private struct State {
    var variables: [LabelText: Published] = [:]
    /// How many there may be before those are forgotten that were unregistered.
    var nextSweep = 64

    mutating func add(_ variable: Published, as key: LabelText) {
      variables[key] = variable
      guard variables.count >= nextSweep else { return }
      variables = variables.filter { $0.value.variable.isExported }
      nextSweep = max(64, 2 * variables.count)
    }
  }

  private struct Published: Sendable {
    let variable: Variable
    let help: LabelText
    /// What a map's label is called; nil for anything else.
    let label: LabelText?
  }

  /// A variable as `/debug/vars` shows it.
  package enum Variable: Sendable {
    case integer(VariableCell)
    case double(VariableCell)
    case string(StringVariable)
    case map(BoundedSeries<VariableCell>)

    /// False once it was unregistered.
    var isExported: Bool {
      switch self {
      case .integer(let cell), .double(let cell): !cell.isRemoved
      case .string: true
      case .map(let series): series.index.isExported
      }
    }
  }

  /// Variables whose numbers are exported with a registry.
  package init(_ registry: Registry) { self.registry = registry }

  /// Publishes an integer, 0 at first.
  public func integer(_ name: String, _ help: String = "") throws(RegistrationError) -> IntegerVariable {
    let variable = try publish(name, help, label: nil) { (registry) throws(RegistrationError) in
      .integer(try registry.publishNumber(name, help: help, start: .integer(0)))
    }
    guard case .integer(let cell) = variable else { throw PublishedVariables.taken(name) }
    return IntegerVariable(cell: cell)
  }

  /// Publishes a floating-point number, 0 at first.
  public func double(_ name: String, _ help: String = "") throws(RegistrationError) -> DoubleVariable {
    let variable = try publish(name, help, label: nil) { (registry) throws(RegistrationError) in
      .double(try registry.publishNumber(name, help: help, start: .double(0)))
    }
    guard case .double(let cell) = variable else { throw PublishedVariables.taken(name) }
    return DoubleVariable(cell: cell)
  }

  /// Publishes a text, empty at first. `/metrics` leaves it out.
  public func string(_ name: String, _ help: String = "") throws(RegistrationError) -> StringVariable {
    let variable = try publish(name, help, label: nil) { _ throws(RegistrationError) in
      .string(StringVariable())
    }
    guard case .string(let string) = variable else { throw PublishedVariables.taken(name) }
    return string
  }

  /// Publishes numbers by key.
  ///
  /// - Parameters:
  ///   - label: what the key is called in `/metrics`; `key` when it is empty.
  ///   - limit: how many keys have a number of their own; others are recorded under `other`, and counted in
  ///     `observability_overflow_total{family}`.
  /// - Throws: also for a label name with a space in it: that is mostly the help.
  public func map(
    _ name: String, label: String = "", _ help: String = "", limit: Int = 500
  ) throws(RegistrationError) -> MapVariable {
    let label = label.isEmpty ? "key" : label
    let variable = try publish(name, help, label: label) { (registry) throws(RegistrationError) in
      .map(try registry.publishMap(name, help: help, label: label, limit: limit))
    }
    guard case .map(let series) = variable else { throw PublishedVariables.taken(name) }
    return MapVariable(series: series)
  }

  /// All variables, sorted by the bytes of their names.
  package var all: [(name: String, variable: Variable)] {
    published.withLock { $0.variables.map { (name: $0.key.text, variable: $0.value.variable) } }
      .sorted { $0.name.utf8.lexicographicallyPrecedes($1.name.utf8) }
  }

  private func publish(
    _ name: String, _ help: String, label: String?, make: (Registry) throws(RegistrationError) -> Variable
  ) throws(RegistrationError) -> Variable {
    guard !name.isEmpty, !name.utf8.contains(0) else {
      throw RegistrationError(.invalidName, of: name, "a variable needs a name without NUL")
    }
    let key = LabelText(name)
    let (help, label) = (LabelText(help), label.map { LabelText($0) })
    let outcome: Result<Variable, RegistrationError> = published.withLock { published in
      if let current = published.variables[key], current.variable.isExported {
        guard current.help == help, current.label == label else {
          return .failure(PublishedVariables.taken(name))
        }
        return .success(current.variable)
      }
      do throws(RegistrationError) {
        let made = try make(registry)
        published.add(Published(variable: made, help: help, label: label), as: key)
        return .success(made)
      } catch {
        return .failure(error)
      }
    }
    return try outcome.get()
  }

  private static func taken(_ name: String) -> RegistrationError {
    RegistrationError(.conflict, of: name, "published before with another type, help or label")
  }
}
