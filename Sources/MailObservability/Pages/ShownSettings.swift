// Which settings are in force, and where did each come from?

import ObservabilityEndpoints

/// A setting as it is shown: what may be a secret is left out.
struct ShownRow: Sendable, Equatable {
  let name: String
  let value: String
  let origin: String
}

/// What of a configuration the variables of the environment have said: kept to tell it from what code has changed since.
final class ReadSettings<Config: Sendable>: Sendable {
  let config: Config
  /// The variables that were set, by the settings that they are of.
  let variables: [String: [String]]

  init(_ config: Config, _ variables: [String: [String]]) {
    self.config = config
    self.variables = variables
  }
}

/// One setting of a configuration: how it is shown, and whether two have the same.
struct SettingEntry<Config: Sendable> {
  let name: String
  let shown: (Config) -> String
  let isSame: (Config, Config) -> Bool
  /// Whether secrets have been left out already, part by part.
  private var isWhole = false

  /// - Parameter shown: without secrets.
  init<Value: Equatable>(
    _ name: String, _ value: @escaping (Config) -> Value, _ shown: @escaping (Value) -> String
  ) {
    self.name = name
    self.shown = { shown(value($0)) }
    isSame = { value($0) == value($1) }
  }

  init(_ name: String, shown: @escaping (Config) -> String) {
    self.name = name
    self.shown = shown
    isSame = { shown($0) == shown($1) }
  }

  /// The same, whose text is shown as it is.
  var whole: SettingEntry {
    var entry = self
    entry.isWhole = true
    return entry
  }

  func row(of config: Config, defaults: Config, read: ReadSettings<Config>?) -> ShownRow {
    let variables = read?.variables[name] ?? []
    let origin: String
    if let read, !variables.isEmpty {
      let names = variables.joined(separator: ", ")
      origin = isSame(config, read.config) ? "environment: \(names)" : "code, in place of \(names)"
    } else {
      origin = isSame(config, defaults) ? "default" : "code"
    }
    return ShownRow(
      name: name, value: isWhole ? shown(config) : SecretText.text(shown(config)), origin: origin)
  }
}

enum Shown {
  static func text(_ flag: Bool) -> String { flag ? "yes" : "no" }
  static func text(_ duration: Duration) -> String { ShownTime.duration(duration) }
  static func text(_ duration: Duration?) -> String { duration.map { ShownTime.duration($0) } ?? "none" }
  static func list(_ texts: [String]) -> String { texts.isEmpty ? "none" : texts.joined(separator: ", ") }
}
