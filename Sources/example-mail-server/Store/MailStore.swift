// Where is the mail? In memory, shared by all protocols; every operation is timed, every change is told.

import ObservabilityPlatform
import MailObservability

final class MailStore: Sendable {
  private let table: Locked<MailboxTable>
  private let watchers = Locked<[Int: (account: String, changed: @Sendable () -> Void)]>([:])
  private let faults: Faults
  private let metrics: MetricsCollector

  init(accounts: [Account], faults: Faults, metrics: MetricsCollector) {
    table = Locked(
      MailboxTable(accounts: accounts.map(\.name), generation: StoreGeneration(startingAt: WallClock.now)))
    self.faults = faults
    self.metrics = metrics
    publish()
  }

  /// Answers a request of a user's session.
  func answer(_ request: StoreRequest, user: String) -> StoreAnswer {
    let timer = metrics.storage.operationDuration[request.operation].startTimer()
    defer { timer.observe() }
    guard !faults.isActive(.storage) else { return .failure(.unavailable) }
    let answer = table.withLock { $0.answer(request, user: user, at: .now) }
    if request.isChange { changed(user) }
    return answer
  }

  /// Puts a message into an account's inbox.
  func deliver(_ content: [UInt8], to account: String) throws(StoreError) {
    if case .failure(let error) = answer(
      .append("INBOX", content: content, flags: [], date: nil), user: account)
    {
      throw error
    }
  }

  /// Whether the store works: what its health check asks.
  func check() throws(StoreError) {
    guard !faults.isActive(.storage) else { throw .unavailable }
    _ = table.withLock { $0.messageCount }
  }

  /// Calls back, on any thread, after each change of an account, until the watch is let go of.
  func watch(_ account: String, _ changed: @escaping @Sendable () -> Void) -> StoreWatch {
    let id = watchers.withLock { watchers in
      let id = (watchers.keys.max() ?? 0) + 1
      watchers[id] = (account, changed)
      return id
    }
    return StoreWatch { [weak self] in self?.watchers.withLock { _ = $0.removeValue(forKey: id) } }
  }

  private func changed(_ account: String) {
    publish()
    let interested = watchers.withLock { watchers in
      watchers.values.filter { $0.account == account }.map(\.changed)
    }
    for changed in interested { changed() }
  }

  private func publish() {
    // Inside the lock: a gauge set by two threads must end with the later value.
    table.withLock { table in
      metrics.storage.mailboxes.set(table.mailboxCount)
      metrics.storage.messages.set(table.messageCount)
      metrics.storage.bytes.set(table.byteCount)
    }
  }
}

/// Ends its watch when it ends.
final class StoreWatch: Sendable {
  private let end: @Sendable () -> Void
  init(end: @escaping @Sendable () -> Void) { self.end = end }
  deinit { end() }
}

extension StoreRequest {
  fileprivate var operation: StorageOperation {
    switch self {
    case .mailboxes, .subscriptions: .list
    case .mailbox: .read
    case .append, .changeFlags, .copy, .create, .subscribe, .unsubscribe: .write
    case .expunge, .delete: .delete
    }
  }

  fileprivate var isChange: Bool {
    switch self {
    case .mailboxes, .mailbox, .subscriptions, .subscribe, .unsubscribe: false
    case .append, .changeFlags, .copy, .expunge, .create, .delete: true
    }
  }
}
