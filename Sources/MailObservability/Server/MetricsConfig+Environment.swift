// What do the variables of the environment say about the server?

import ObservabilityPlatform

extension MetricsConfig {
  /// The settings that variables of the environment ask for, whose names begin with `MAILOBS_`, and the defaults for the
  /// rest: <doc:ExposingSafely> lists them. An empty variable is none, and white space at the ends of a value does not
  /// count.
  ///
  /// What is read is validated as ``validated()`` does it. Files are read, and addresses are tried, when the server is
  /// started; errors then have the name of the setting. What has no variable is for the host alone, such as ``routes``
  /// and ``log``, and tracing has those of OpenTelemetry.
  ///
  /// - Parameter environment: the variables; nil for those of the process, which nobody may set meanwhile. Others than
  ///   those that begin with `MAILOBS_` are left alone.
  /// - Throws: ``MetricsConfigError`` that names the variable, its value, which for a secret is `***`, and what is
  ///   allowed; for a variable that is not known, the nearest that is.
  public init(environment: [String: String]?) throws(MetricsConfigError) {
    if let environment {
      try self.init(variables: environment.map { ($0.key, Array($0.value.utf8)) })
    } else {
      try self.init(variables: processEnvironment())
    }
  }

  /// - Parameter variables: of a name that is there twice the first counts.
  package init(variables: [(name: String, value: [UInt8])]) throws(MetricsConfigError) {
    self.init()
    let ours = variables.filter { $0.name.utf8.starts(with: Variable.prefix.utf8) }
    let known = Variable.all
    let unknown = ours.lazy.map(\.name).filter { name in !known.contains { $0.name == name } }
    if let name = unknown.min() {
      let nearest = ConfigVariables.nearest(to: name, of: known.map(\.name))
      throw MetricsConfigError(
        .invalidSetting, setting: name.oneLine(atMost: 128), value: "***",
        nearest.map { "is not known; there is \($0)" } ?? "is not known")
    }
    let reader = OTelVariables { name in ours.first { $0.name == name }?.value }
    var isSet: [(variable: Variable, text: String)] = []
    var credentials = Credentials()
    for variable in known {
      guard let (text, _) = try reader.needed([variable.name]) else { continue }
      guard variable.set(&self, &credentials, text) else {
        throw MetricsConfigError(
          .invalidSetting, setting: variable.name, value: variable.shown(text), "must be \(variable.allowed)")
      }
      isSet.append((variable, text))
    }
    try credentials.set(in: &self)
    do throws(MetricsConfigError) {
      self = try validated()
    } catch {
      guard let blamed = isSet.first(where: { $0.variable.isBlamed(by: error) }) else { throw error }
      throw blamed.variable.error(error, blamed.text)
    }
  }

  /// What belongs together, and comes in several variables.
  struct Credentials {
    var username: String?
    var passwordHash: String?
    var passwordHashFile: String?
    var tokens: [BearerToken] = []

    fileprivate func set(in config: inout MetricsConfig) throws(MetricsConfigError) {
      config.bearerTokens = tokens
      let prefix = Variable.prefix + "BASIC_AUTH_"
      switch (username, passwordHash, passwordHashFile) {
      case (nil, nil, nil): break
      case (let username?, let hash?, nil):
        config.basicAuth = BasicAuth(username: username, passwordHash: hash)
      case (let username?, nil, let file?):
        config.basicAuth = BasicAuth(username: username, passwordHashFile: file)
      case (let username?, nil, nil):
        throw MetricsConfigError(
          .invalidSetting, setting: prefix + "USERNAME", value: username,
          "needs \(prefix)PASSWORD_HASH_FILE or \(prefix)PASSWORD_HASH beside it")
      case (nil, .some, _):
        throw MetricsConfigError(
          .invalidSetting, setting: prefix + "PASSWORD_HASH", value: "***",
          "needs \(prefix)USERNAME beside it")
      case (nil, nil, let file?):
        throw MetricsConfigError(
          .invalidSetting, setting: prefix + "PASSWORD_HASH_FILE", value: file,
          "needs \(prefix)USERNAME beside it")
      case (.some, .some, let file?):
        throw MetricsConfigError(
          .invalidSetting, setting: prefix + "PASSWORD_HASH_FILE", value: file,
          "must not be set beside \(prefix)PASSWORD_HASH")
      }
    }
  }

  /// A variable that is known.
  package struct Variable {
    static let prefix = "MAILOBS_"

    package let name: String
    /// What the setting is called in the errors of ``MetricsConfig/validated()``.
    package let setting: String
    package let isSecret: Bool
    /// Whether its text is the whole setting, and to be shown in place of what became of it.
    private let isAllOfSetting: Bool
    /// To be read after "must be".
    let allowed: String
    /// False when the value is none that is allowed.
    let set: (inout MetricsConfig, inout Credentials, String) -> Bool

    init(
      _ name: String, _ setting: String, _ allowed: String, isSecret: Bool = false,
      isAllOfSetting: Bool = false,
      set: @escaping (inout MetricsConfig, inout Credentials, String) -> Bool
    ) {
      self.name = Variable.prefix + name
      self.setting = setting
      self.allowed = allowed
      self.isSecret = isSecret
      self.isAllOfSetting = isAllOfSetting
      self.set = set
    }

    init<Value>(
      _ name: String, _ setting: String, _ allowed: String, _ path: WritableKeyPath<MetricsConfig, Value>,
      _ read: @escaping (String) -> Value?
    ) {
      self.init(name, setting, allowed, isAllOfSetting: true) { config, _, text in
        guard let value = read(text) else { return false }
        config[keyPath: path] = value
        return true
      }
    }

    func shown(_ text: String) -> String { isSecret ? "***" : text }

    /// Whether an error of ``MetricsConfig/validated()`` is about what it has set: `listeners[0].routes` is of `listeners`.
    fileprivate func isBlamed(by error: MetricsConfigError) -> Bool {
      let name = error.setting.utf8
      guard name.starts(with: setting.utf8) else { return false }
      let next = name.dropFirst(setting.utf8.count).first
      return next == nil || next == UInt8(ascii: "[")
    }

    /// That error, by the name and the value that were given here.
    fileprivate func error(_ error: MetricsConfigError, _ text: String) -> MetricsConfigError {
      MetricsConfigError(
        error.code, setting: name, value: isAllOfSetting ? text : isSecret ? "***" : error.value,
        error.problem)
    }
  }
}
