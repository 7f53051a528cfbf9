// Which parts of the catalogue does a host want?

/// A part of the catalogue. A host registers those it has something to say about: an SMTP relay needs no IMAP.
public enum MetricGroup: String, Sendable, Hashable, CaseIterable {
  /// SMTP, submission and LMTP sessions.
  case smtp
  /// IMAP sessions.
  case imap
  /// JMAP requests.
  case jmap
  /// Push notifications to clients.
  case push
  /// Messages on their way through the server.
  case mail
  /// The queue of outgoing messages.
  case queue
  /// Attempts to deliver.
  case delivery
  /// Open connections and bytes, by protocol.
  case connections
  /// TLS sessions and certificates.
  case tls
  /// Attempts to log in.
  case authentication
  /// SPF, DKIM, DMARC, ARC, MTA-STS, DANE and aliases.
  case policy
  /// The mail store, and its file systems.
  case storage
  /// Which version runs.
  case build
}

extension Set<MetricGroup> {
  /// Every group.
  public static var all: Set<MetricGroup> { Set(MetricGroup.allCases) }
}
