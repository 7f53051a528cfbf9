// Who may scrape now?

import ObservabilityPlatform

/// Hands out the slots for scrapes, and lets those go that have to make room.
final class ScrapeAdmission: Sendable {
  private struct State {
    var slots: ScrapeSlots
    var lastNumber: UInt64 = 0
    /// What lets a scrape go that waits for its reader.
    var letGo: [UInt64: @Sendable () -> Void] = [:]
    var compressors = 0
  }

  private let compressorLimit: Int
  private let state: Locked<State>

  /// - Parameter compressors: how many there may be, if not as many as slots.
  init(limit: Int, compressors: Int? = nil) {
    compressorLimit = compressors ?? limit
    state = Locked(State(slots: ScrapeSlots(limit: limit)))
  }

  var slotsInUse: Int { state.withLock { $0.slots.count } }

  /// The compressors that there are, each of ``Gzip/Stream/memory``: as many as slots at the most, or as were given.
  var compressorsInUse: Int { state.withLock { $0.compressors } }

  /// Nil when there is no slot.
  func enter() -> ScrapeSlot? {
    let now = ContinuousClock.now
    let (number, letGo) = state.withLock { state -> (UInt64?, (@Sendable () -> Void)?) in
      state.lastNumber &+= 1
      switch state.slots.enter(state.lastNumber, at: now) {
      case .granted: return (state.lastNumber, nil)
      case .grantedInPlace(let other): return (state.lastNumber, state.letGo.removeValue(forKey: other))
      case .refused: return (nil, nil)
      }
    }
    letGo?()
    return number.map { ScrapeSlot($0, self) }
  }

  fileprivate func beginWriting(_ number: UInt64, letGo: @escaping @Sendable () -> Void) {
    let now = ContinuousClock.now
    state.withLock { state in
      state.slots.beginWriting(number, at: now)
      state.letGo[number] = letGo
    }
  }

  fileprivate func took(_ bytes: Int, by number: UInt64) {
    state.withLock { $0.slots.took(bytes, by: number) }
  }

  fileprivate func leave(_ number: UInt64) {
    state.withLock { state in
      state.slots.leave(number)
      state.letGo[number] = nil
    }
  }

  fileprivate func takeCompressor() -> Bool {
    state.withLock { state in
      guard state.compressors < compressorLimit else { return false }
      state.compressors += 1
      return true
    }
  }

  fileprivate func giveBackCompressor() { state.withLock { $0.compressors -= 1 } }
}

/// A slot of one scrape: given back by ``leave()``, at the latest when nobody holds it any more.
final class ScrapeSlot: Sendable {
  private let number: UInt64
  private let admission: ScrapeAdmission

  fileprivate init(_ number: UInt64, _ admission: ScrapeAdmission) {
    self.number = number
    self.admission = admission
  }

  deinit { leave() }

  /// From now on the scrape waits for its reader, and `letGo` may be called once, on the thread of a scrape that needs
  /// the slot.
  func beginWriting(letGo: @escaping @Sendable () -> Void) { admission.beginWriting(number, letGo: letGo) }

  /// The reader has taken so many bytes more.
  func took(_ bytes: Int) { admission.took(bytes, by: number) }

  func leave() { admission.leave(number) }

  /// Whether there may be one compressor more. They have a reserve of their own: what waits for slow readers must not
  /// leave everybody else without compression.
  func takeCompressor() -> Bool { admission.takeCompressor() }
  func giveBackCompressor() { admission.giveBackCompressor() }
}
