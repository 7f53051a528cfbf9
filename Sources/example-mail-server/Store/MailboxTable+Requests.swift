// How does the store answer what a session asks? Each request is one call on the table.

extension MailboxTable {
  mutating func answer(_ request: StoreRequest, user: String, at now: CalendarTime) -> StoreAnswer {
    do throws(StoreError) {
      switch request {
      case .mailboxes:
        return .mailboxes(mailboxes(of: user), state: state(of: user))
      case .mailbox(let name):
        return .mailboxes([try mailbox(name, of: user)], state: state(of: user))
      case .append(let name, let content, let flags, let date):
        try append(content, to: name, of: user, flags: flags, at: date ?? now)
        return .mailboxes([try mailbox(name, of: user)], state: state(of: user))
      case .changeFlags(let name, let change, let flags, let uids):
        try changeFlags(change, flags, of: uids, in: name, of: user)
        return .mailboxes([try mailbox(name, of: user)], state: state(of: user))
      case .copy(let source, let target, let uids):
        let copied = try copy(uids, from: source, to: target, of: user)
        return .copied(into: try mailbox(target, of: user), uids: copied, state: state(of: user))
      case .expunge(let name, let uids):
        try expunge(name, uids: uids, of: user)
        return .mailboxes([try mailbox(name, of: user)], state: state(of: user))
      case .create(let name):
        try create(name, of: user)
        return .mailboxes(mailboxes(of: user), state: state(of: user))
      case .delete(let name):
        try delete(name, of: user)
        return .mailboxes(mailboxes(of: user), state: state(of: user))
      case .subscribe(let name):
        try subscribe(to: name, of: user)
        return .subscriptions(subscriptions(of: user))
      case .unsubscribe(let name):
        unsubscribe(from: name, of: user)
        return .subscriptions(subscriptions(of: user))
      case .subscriptions:
        return .subscriptions(subscriptions(of: user))
      }
    } catch {
      return .failure(error)
    }
  }
}
