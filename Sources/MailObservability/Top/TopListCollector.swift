// Which of the lists of the most frequent does a scrape show?

import MetricInstruments

/// Exports the domains; accounts and networks are nobody's label.
struct TopListCollector: SynchronousCollector {
  static let reservedName = "top_lists"
  /// The names of the labels that its families have.
  static let labels = ["domain"]
  /// How many series a list has at the most.
  static let limit = 20

  let name = TopListCollector.reservedName
  private let lists: TopLists
  private let senders: String
  private let recipients: String

  /// - Parameter namespace: and not the registry, which holds its collectors.
  init(lists: TopLists, namespace: String) {
    self.lists = lists
    senders = Registry.fullName("top_sender_domain_messages", in: namespace)
    recipients = Registry.fullName("top_recipient_domain_messages", in: namespace)
  }

  var familyNames: Set<String> { [senders, recipients] }

  func read() -> [CollectedFamily] {
    [
      family(
        senders, "Messages of late, at the least, by the sender domains with the most.", lists.senderDomains),
      family(
        recipients, "Messages of late, at the least, by the recipient domains with the most.",
        lists.recipientDomains),
    ]
  }

  private func family(_ name: String, _ help: String, _ list: TopList) -> CollectedFamily {
    let samples = list.top(TopListCollector.limit).map {
      CollectedSample(Double($0.count), ["domain": $0.name])
    }
    return CollectedFamily(name, .gauge, help: help, samples: samples)
  }
}
