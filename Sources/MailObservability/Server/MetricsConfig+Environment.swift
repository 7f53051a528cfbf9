// What do the variables of the environment say about the server?

import ObservabilityEndpoints
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
  ///   those that begin with `MAILOBS_` are left alone, and so are those that Kubernetes sets for a Service of that name.
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
    let ours = variables.filter { name, value in
      name.hasPrefix(Variable.prefix) && !ServiceLinks.contain(name.dropFirst(Variable.prefix.count), value)
    }
    let known = Variable.all
    let unknown = ours.lazy.map(\.name).filter { name in !known.contains { $0.name == name } }
    if let name = unknown.min() {
      let nearest = ConfigVariables.nearest(to: name, of: known.map(\.name))
      throw MetricsConfigError(
        .invalidSetting, setting: name.oneLine(atMost: 128), value: "***",
        nearest.map { "is not known; there is \($0)" } ?? "is not known")
    }
    let reader = EnvironmentVariables { name in ours.first { $0.name == name }?.value }
    var isSet: [(variable: Variable, text: String)] = []
    var credentials = Credentials()
    for variable in known {
      guard let (text, _) = try reader.needed([variable.name]) else { continue }
      do throws(ConfigVariables.Refusal) {
        try variable.set(&self, &credentials, text)
      } catch {
        throw variable.error(error, text)
      }
      isSet.append((variable, text))
    }
    try credentials.set(in: &self)
    do throws(MetricsConfigError) {
      self = try validated()
      asRead = ReadSettings(self, Self.names(of: isSet.map(\.variable)))
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
          .invalidSetting, setting: prefix + "USERNAME", value: ShownSetting.name(username),
          "needs \(prefix)PASSWORD_HASH_FILE or \(prefix)PASSWORD_HASH beside it")
      case (nil, .some, _):
        throw MetricsConfigError(
          .invalidSetting, setting: prefix + "PASSWORD_HASH", value: "***",
          "needs \(prefix)USERNAME beside it")
      case (nil, nil, let file?):
        throw MetricsConfigError(
          .invalidSetting, setting: prefix + "PASSWORD_HASH_FILE", value: ShownSetting.path(file),
          "needs \(prefix)USERNAME beside it")
      case (.some, .some, let file?):
        throw MetricsConfigError(
          .invalidSetting, setting: prefix + "PASSWORD_HASH_FILE", value: ShownSetting.path(file),
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
    private let isList: Bool
    /// To be read after "must be".
    let allowed: String
    typealias Setter =
      (inout MetricsConfig, inout Credentials, String) throws(ConfigVariables.Refusal) -> Void
    let set: Setter

    init(
      _ name: String, _ setting: String, _ allowed: String, isSecret: Bool = false,
      isAllOfSetting: Bool = false, isList: Bool = false, set: @escaping Setter
    ) {
      self.name = Variable.prefix + name
      self.setting = setting
      self.allowed = allowed
      self.isSecret = isSecret
      self.isAllOfSetting = isAllOfSetting
      self.isList = isList
      self.set = set
    }

    init<Value>(
      _ name: String, _ setting: String, _ allowed: String, _ path: WritableKeyPath<MetricsConfig, Value>,
      _ read: @escaping (String) -> Value?
    ) {
      self.init(name, setting, allowed, isAllOfSetting: true) {
        (config, _, text) throws(ConfigVariables.Refusal) in
        guard let value = read(text) else { throw .value }
        config[keyPath: path] = value
      }
    }

    init<Value>(
      list name: String, _ setting: String, _ allowed: String, _ path: WritableKeyPath<MetricsConfig, Value>,
      _ read: @escaping (String) throws(ConfigVariables.Refusal) -> Value
    ) {
      self.init(name, setting, allowed, isAllOfSetting: true, isList: true) {
        (config, _, text) throws(ConfigVariables.Refusal) in
        config[keyPath: path] = try read(text)
      }
    }

    /// Whether an error of ``MetricsConfig/validated()`` is about what it has set: `listeners[0].routes` is of `listeners`,
    /// and `bearerTokens` of `bearerTokens.tokenFile`, where nothing else has set them.
    fileprivate func isBlamed(by error: MetricsConfigError) -> Bool {
      let (setting, name) = (setting.utf8, error.setting.utf8)
      if name.starts(with: setting) {
        let next = name.dropFirst(setting.count).first
        return next == nil || next == UInt8(ascii: "[")
      }
      return setting.starts(with: name) && setting.dropFirst(name.count).first == UInt8(ascii: ".")
    }

    /// What is said where the text is none that is allowed.
    fileprivate func error(_ refusal: ConfigVariables.Refusal, _ text: String) -> MetricsConfigError {
      let reason =
        switch refusal {
        case .value: ""
        case .noMember: ": there is none in it"
        case .member(let member):
          isSecret || member == text ? "" : ": \"\(member.oneLine(atMost: Self.longestMember))\" is not"
        }
      return MetricsConfigError(
        .invalidSetting, setting: name, value: isSecret ? "***" : text, "must be \(allowed)\(reason)")
    }

    /// An error of ``MetricsConfig/validated()``, by the name and the value that were given here.
    fileprivate func error(_ error: MetricsConfigError, _ text: String) -> MetricsConfigError {
      guard isAllOfSetting else {
        return MetricsConfigError(
          error.code, setting: name, value: isSecret ? "***" : error.value, error.problem)
      }
      let members = isList && text != error.value ? EnvironmentVariables.list(text) : []
      let isMember = members.contains { $0.contains(error.value) }
      let member = isMember ? "has \"\(error.value.oneLine(atMost: Self.longestMember))\", which " : ""
      return MetricsConfigError(error.code, setting: name, value: text, member + error.problem)
    }

    private static let longestMember = 256
  }
}
