// Whose mail is it? Accounts with passwords, the domains they live in, and how an address finds its account.

import MailObservability

struct Account: Hashable, Sendable {
  /// The user's name, which is the local part of the address.
  let name: String
  let password: String
}

/// Where the mail for an address goes.
enum Route: Sendable, Equatable {
  case local(account: String)
  case remote
  /// Our domain, but nobody's address.
  case unknown
}

struct Directory: Sendable {
  /// Domains set aside for documentation and tests (RFC 2606, RFC 6761): nobody's real mail is taken.
  static let reservedDomains: Set<String> = ["example.com", "example.org", "example.net", "localhost"]
  static let reservedTopLevelDomains = ["example", "test", "localhost"]

  private let accounts: [String: Account]
  private let domains: Set<String>
  /// Takes the mail for unknown local parts, when there is such an account.
  private let catchAll: String?
  private let firstAccount: String?

  init(accounts: [Account], domains: Set<String> = [], catchAll: String? = nil) {
    var byName: [String: Account] = [:]
    for account in accounts { byName[account.name.asciiLowercased] = account }
    self.accounts = byName
    self.domains = Set(domains.map(\.asciiLowercased))
    self.catchAll = catchAll
    firstAccount = accounts.first?.name
  }

  func isLocal(domain: String) -> Bool {
    domain.isEmpty || domains.contains(domain) || Self.reservedDomains.contains(domain)
      || Self.reservedTopLevelDomains.contains { domain == $0 || domain.hasSuffix("." + $0) }
  }

  /// The alias table: `postmaster` must exist (RFC 5321 section 4.5.1), and is the first account; what
  /// follows a `+` in a local part is the owner's own business (subaddressing, RFC 5233).
  func alias(for localPart: String) -> String? {
    if let plus = localPart.firstIndex(of: "+"), plus != localPart.startIndex {
      return String(localPart[..<plus])
    }
    return localPart.asciiLowercased == "postmaster" ? firstAccount : nil
  }

  func route(for address: MailAddress) -> Route { resolve(address).route }

  /// The route, and what the alias table said if it had to be asked.
  func resolve(_ address: MailAddress) -> (route: Route, alias: AliasHookResult?) {
    guard isLocal(domain: address.domain) else { return (.remote, nil) }
    if let account = accounts[address.localPart.asciiLowercased] {
      return (.local(account: account.name), nil)
    }
    if let alias = alias(for: address.localPart), let account = accounts[alias.asciiLowercased] {
      return (.local(account: account.name), .success)
    }
    return (catchAll.map { .local(account: $0) } ?? .unknown, .failure)
  }

  /// The account of a user who gave this name and password; the name may carry a local domain.
  func authenticate(user: String, password: String) -> Account? {
    var name = user
    if let at = user.lastIndex(of: "@") {
      guard isLocal(domain: String(user[user.index(after: at)...]).asciiLowercased) else { return nil }
      name = String(user[..<at])
    }
    let account = accounts[name.asciiLowercased]
    // An unknown user costs the same comparison as a known one.
    let isRight = equalsInConstantTime(password, account?.password ?? "\u{0}")
    return isRight ? account : nil
  }
}
