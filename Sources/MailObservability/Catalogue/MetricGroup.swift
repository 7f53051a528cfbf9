// Which parts of the catalogue does a host want?

/// A part of the catalogue. A host registers those it has something to say about: an SMTP relay needs no IMAP.
public enum MetricGroup: String, Sendable, Hashable, CaseIterable {
  case smtp, imap, jmap, push, mail, queue, delivery, connections, tls, authentication, policy, storage, build
}

extension Set<MetricGroup> {
  /// Every group.
  public static var all: Set<MetricGroup> { Set(MetricGroup.allCases) }
}
