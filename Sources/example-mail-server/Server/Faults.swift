// Which parts are broken on purpose? The words of a file, reread every second, so that health can be watched.

import ObservabilityPlatform
import Synchronization

/// A part that can be made to fail, for demonstrations and tests; and maintenance, as an operator would announce it.
enum Fault: UInt8, CaseIterable, Sendable {
  case storage, queue, authentication, executor, delivery, maintenance

  var name: String { "\(self)" }
}

/// The faults in force. Asking is one atomic load.
final class Faults: Sendable {
  private let active = Atomic<UInt8>(0)

  func isActive(_ fault: Fault) -> Bool { active.load(ordering: .relaxed) & (1 << fault.rawValue) != 0 }

  /// Puts exactly the faults in force whose names occur in the text, and returns those that are new.
  @discardableResult
  func set(words text: String) -> [Fault] {
    let words = Self.words(of: text)
    let wanted = Fault.allCases.filter { words.contains($0.name) }
    let before = active.exchange(wanted.reduce(0) { $0 | 1 << $1.rawValue }, ordering: .relaxed)
    return wanted.filter { before & (1 << $0.rawValue) == 0 }
  }

  private static func words(of text: String) -> Set<String> {
    // Some editors begin a file with a byte order mark.
    let text =
      text.unicodeScalars.first == "\u{FEFF}" ? text.unicodeScalars.dropFirst() : text.unicodeScalars[...]
    return Set(Substring(text).split(whereSeparator: \.isWhitespace).map(\.asciiLowercased))
  }

  /// The words that are no fault, in order.
  static func unknownWords(in text: String) -> [String] {
    words(of: text).subtracting(Fault.allCases.map(\.name)).sorted()
  }

  /// Reads the file now, and then every second on a thread of its own: faults must come and go while no task can run.
  ///
  /// - Parameters:
  ///   - onMaintenance: told after each reading whether there is maintenance.
  ///   - onUnknownWords: told once of words that are no fault, such as one that is misspelt.
  func watch(
    _ path: String, onMaintenance: @escaping @Sendable (Bool) -> Void,
    onUnknownWords: @escaping @Sendable ([String]) -> Void
  ) {
    let told = Locked<[String]>([])
    let reread: @Sendable () -> Void = {
      // A file that is not there means that nothing is broken.
      let text = Self.read(path) ?? ""
      if self.set(words: text).contains(.executor) { self.blockExecutor() }
      onMaintenance(self.isActive(.maintenance))
      let unknown = Self.unknownWords(in: text)
      let isNew = told.withLock { told in
        defer { told = unknown }
        return told != unknown
      }
      if isNew, !unknown.isEmpty { onUnknownWords(unknown) }
    }
    reread()
    // Without a thread the faults of the first reading stay.
    try? SystemThread.start(name: "faults") {
      while true {
        sleep(1)
        reread()
      }
    }.detach()
  }

  /// Occupies every thread of the cooperative pool, at every priority, until the fault ends.
  private func blockExecutor() {
    let tasks = max(16, 4 * Int(sysconf(Int32(_SC_NPROCESSORS_ONLN))))
    for priority in [TaskPriority.high, .medium, .low] {
      for _ in 0..<tasks {
        Task.detached(priority: priority) {
          while self.isActive(.executor) { usleep(20_000) }
        }
      }
    }
  }

  private static func read(_ path: String) -> String? {
    guard let file = fopen(path, "r") else { return nil }
    defer { fclose(file) }
    var bytes = [UInt8](repeating: 0, count: 4096)
    let count = fread(&bytes, 1, bytes.count, file)
    return bytes.prefix(count).text
  }
}
