// Which lists of the most frequent does a mail server keep?

import ObservabilityPlatform
import MetricInstruments

/// Who was seen most often lately: what no label can say, because there is no end of names.
///
/// ```swift
/// metrics.top.senderDomains.record("example.com")
/// metrics.top.failedLogins.record("jane@example.org")
/// metrics.top.rejectingNetworks.record("192.0.2.25")
/// ```
public struct TopLists: Sendable {
  /// Domains of senders of messages that were accepted; exported as `top_sender_domain_messages{domain}`.
  public let senderDomains: TopList
  /// Domains of recipients of messages that were accepted; exported as `top_recipient_domain_messages{domain}`.
  public let recipientDomains: TopList
  /// Networks of servers that refused a message, by the server's address: 24 bits of IPv4, 48 of IPv6. Not exported.
  public let rejectingNetworks: TopList
  /// Accounts by failed logins. Not exported.
  public let failedLogins: TopList

  init(_ settings: TopListSettings, clock: MonotonicClock, registry: Registry) {
    // Not the registry, which holds the collector of the lists.
    let reject = registry.countingInvalidLabels
    func list(_ names: TopListNames) -> TopList {
      TopList(names, window: settings.checkedWindow, clock: clock, reject: reject)
    }
    let hash = settings.hashKey.isEmpty ? SipHash.random() : SipHash(secret: settings.hashKey)
    senderDomains = list(.domains)
    recipientDomains = list(.domains)
    rejectingNetworks = list(.networks(settings.showsNetworks ? nil : hash))
    failedLogins = list(.accounts(settings.showsAccounts ? nil : hash))
  }
}

/// How the lists of the most frequent are kept.
public struct TopListSettings: Sendable, Hashable {
  /// How far back a list looks; less than a minute counts as one, more than a week as one.
  public var window = Duration.seconds(3600)
  /// Whether accounts are shown by name; by default a keyed hash stands for each.
  public var showsAccounts = false
  /// Whether networks are shown by their addresses; by default a keyed hash stands for each.
  public var showsNetworks = false
  /// The secret behind the hashes, of any length. Where it is the same, so are the hashes: over restarts, and on every
  /// server. Empty for one that is made up at each start.
  public var hashKey: [UInt8] = []

  /// Lists of the last hour, with hashes in place of accounts and networks.
  public init() {}

  var checkedWindow: Duration { min(max(window, .seconds(60)), .seconds(7 * 86_400)) }
}
