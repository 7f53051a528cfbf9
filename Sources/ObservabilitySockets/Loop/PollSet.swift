// Which descriptors does the loop watch, and who waits for each?

import ObservabilityPlatform
import CObservabilityShims

/// The array that `poll(2)` reads, and beside it the descriptors its entries belong to. Confined to
/// its loop. The first entry is the loop's own wake-up pipe. A class, because a descriptor that becomes
/// ready changes its entry while the entries are being gone through.
final class PollSet {
  private var entries: ContiguousArray<pollfd> = []
  private var descriptors: ContiguousArray<Descriptor?> = []

  /// How many descriptors are watched.
  var count: Int { max(0, descriptors.count - 1) }

  func watchWakeUps(of fd: Int32) {
    entries.append(pollfd(fd: fd, events: PollEvents.input, revents: 0))
    descriptors.append(nil)
  }

  func add(_ descriptor: Descriptor) {
    descriptor.slot = entries.count
    entries.append(pollfd(fd: -1, events: 0, revents: 0))
    descriptors.append(descriptor)
  }

  func remove(_ descriptor: Descriptor) {
    let slot = descriptor.slot
    guard slot > 0, slot < entries.count else { return }
    descriptor.slot = -1
    let last = entries.count - 1
    if slot != last {
      entries[slot] = entries[last]
      descriptors[slot] = descriptors[last]
      descriptors[slot]?.slot = slot
    }
    entries.removeLast()
    descriptors.removeLast()
  }

  /// Says which directions are waited for. An entry with none is negative, which `poll` skips: with
  /// its real number a hang-up that nobody waits for would wake the loop for ever.
  func setEvents(_ events: Int16, of descriptor: Descriptor) {
    let slot = descriptor.slot
    guard slot > 0, slot < entries.count else { return }
    entries[slot].fd = events == 0 ? -1 : descriptor.fd
    entries[slot].events = events
  }

  /// Waits until a descriptor is ready or the loop's clock shows `due`; how many are ready.
  func wait(until due: Int64?, now: Int64) -> Int {
    let result = entries.withUnsafeMutableBufferPointer {
      systemPoll($0, milliseconds: Self.milliseconds(until: due, now: now))
    }
    if result >= 0 { return result }
    // After a failed call the entries hold what an earlier one found. A failure that lasts must not
    // become a busy loop.
    if result == Int(-ErrorNumber.interrupted) { return 0 }
    _ = systemPoll(UnsafeMutableBufferPointer(start: nil, count: 0), milliseconds: 10)
    return 0
  }

  /// Resumes who waits for the ready descriptors; true when the wake-up pipe is among them.
  func dispatch(_ ready: Int) -> Bool {
    guard ready > 0 else { return false }
    let isWoken = entries[0].revents != 0
    var left = isWoken ? ready - 1 : ready
    var slot = 1
    while left > 0, slot < entries.count {
      let found = entries[slot].revents
      if found != 0, entries[slot].fd >= 0 {
        left -= 1
        descriptors[slot]?.becameReady(found)
      }
      slot += 1
    }
    return isWoken
  }

  /// Closes every descriptor, ending the waits on it.
  func closeAll() {
    let all = descriptors
    for case let descriptor? in all { descriptor.close() }
  }

  /// Rounded up, so that the loop does not spin through the last millisecond before a timer.
  private static func milliseconds(until due: Int64?, now: Int64) -> Int32 {
    guard let due else { return -1 }
    let left = due.clampedAdding(0 - now)
    guard left > 0 else { return 0 }
    return Int32(clamping: left / 1_000_000 + (left % 1_000_000 == 0 ? 0 : 1))
  }
}
