// How is a counter counted up by its label values, without threads that fight over a reference to it?

import ObservabilityPlatform

extension SeriesIndex {
  @usableFromInline
  func increment(_ first: String) {
    withKey(first) { increment($0) } ?? increment([first])
  }

  @usableFromInline
  func increment(_ first: String, _ second: String) {
    withKey(first, second) { increment($0) } ?? increment([first, second])
  }

  @usableFromInline
  func increment(_ first: String, _ second: String, _ third: String) {
    withKey(first, second, third) { increment($0) } ?? increment([first, second, third])
  }

  @usableFromInline
  func increment(_ first: String, _ second: String, _ third: String, _ fourth: String) {
    withKey(first, second, third, fourth) { increment($0) } ?? increment([first, second, third, fourth])
  }

  @inline(never)
  private func increment(_ values: [String]) { increment(KeyOfTexts(values: values)) }

  /// Adds one to the counter of a key; the index must be one of counters.
  ///
  /// A reference that is handed out is retained and released, and threads that look up the same value fight
  /// over that count. Here the addition is made with the thread's own lock held, and that is what keeps the
  /// counter: it was found in the table, a removal takes it out of there with all locks held, this one
  /// included, and lets go of it only after. The lock's acquiring exchange and releasing store order the
  /// addition before that on weakly ordered processors too. What an addition seldom has to look at can wait
  /// or allocate, so it is done by a reference, without the lock.
  @inline(__always)
  private func increment(_ key: some LabelKey) {
    let hash = key.hash(hashing)
    let own = lockOwn()
    guard let found = inUse(key, hash: hash) else {
      own.pointee.unlock()
      unsafeDowncast(admitted(key, hash: hash), to: Counter.self).increment()
      return
    }
    guard let look = found._withUnsafeGuaranteedRef({ unsafeDowncast($0, to: Counter.self).addOne() }) else {
      own.pointee.unlock()
      return
    }
    _ = found.retain()
    own.pointee.unlock()
    unsafeDowncast(found.takeRetainedValue(), to: Counter.self).finish(look)
  }
}
