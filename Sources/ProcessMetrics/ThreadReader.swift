// What does the system say of each thread of this process?

import CObservabilityShims
import ObservabilityPlatform

/// One thread at one moment.
package struct ThreadReading: Sendable, Equatable {
  /// The system's number for it.
  package let number: Int
  /// What it is called: at most 15 bytes, which any code of the process may have chosen. What is not UTF-8 is replaced.
  package let name: String
  /// What it does: a letter of proc_pid_stat(5), such as `R` for one that runs.
  package let state: Character
  /// The processor time that it has had; nil where that is not told.
  package let processorTime: Duration?
  /// The system call that it is in, or where in the kernel it waits; nil where it is in none, or that is not told.
  package let call: String?

  package init(number: Int, name: String, state: Character, processorTime: Duration?, call: String?) {
    self.number = number
    self.name = name
    self.state = state
    self.processorTime = processorTime
    self.call = call
  }
}

/// Reads the threads of this process. Blocks as long as the kernel takes to write what it says of them.
package enum ThreadReader {
  package struct Reading: Sendable {
    package var threads: [ThreadReading] = []
    /// How many there are; more than were read, where those are too many or took too long.
    package var count = 0
  }

  /// What is known now; nil where the system does not tell.
  ///
  /// - Parameters:
  ///   - root: what is put before `/proc`: empty, or a directory of a test.
  ///   - limit: the most threads that are read.
  ///   - time: how long they may take.
  package static func read(root: String = "", limit: Int = 1000, within time: Duration = .milliseconds(300))
    -> Reading?
  {
    #if os(Linux) || os(Android)
      let folder = root + "/proc/self/task"
      guard let entries = opendir(folder) else { return nil }
      defer { closedir(entries) }
      let (buffer, deadline) = (KernelBuffer(), ContinuousClock.now + time)
      var reading = Reading()
      while let entry = readdir(entries) {
        let name = withUnsafeBytes(of: entry.pointee.d_name) {
          String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self)
        }
        guard let number = Int(name) else { continue }
        reading.count += 1
        guard reading.threads.count < limit, ContinuousClock.now < deadline else { continue }
        // One that has ended meanwhile is none.
        if let thread = thread(number, in: "\(folder)/\(number)", buffer) { reading.threads.append(thread) }
      }
      return reading
    #else
      return nil
    #endif
  }

  #if os(Linux) || os(Android)
    private static func thread(_ number: Int, in folder: String, _ buffer: KernelBuffer) -> ThreadReading? {
      guard let text = buffer.text(of: KernelPath(folder + "/stat")),
        let name = text.between(UInt8(ascii: "("), UInt8(ascii: ")")),
        var fields = text.behindLast(UInt8(ascii: ")")), let state = fields.takeWord()?.copy.first
      else { return nil }
      // From the fourth field on; the processor time of the user and of the system are the 14th and the 15th.
      var ticks: [UInt64?] = []
      while ticks.count < 12, let field = fields.takeWord() { ticks.append(field.number) }
      return ThreadReading(
        number: number, name: String(decoding: name.prefix(64), as: UTF8.self),
        state: Character(Unicode.Scalar(state)), processorTime: processorTime(ticks),
        call: call(in: folder, buffer))
    }

    private static func processorTime(_ fields: [UInt64?]) -> Duration? {
      guard fields.count == 12, let user = fields[10], let system = fields[11] else { return nil }
      let (ticks, overflow) = user.addingReportingOverflow(system)
      let perSecond = sysconf(Int32(_SC_CLK_TCK))
      guard !overflow, perSecond > 0 else { return nil }
      return .nanoseconds(
        Int64(clamping: ticks.multipliedReportingOverflow(by: 1_000_000_000 / UInt64(perSecond)).partialValue)
      )
    }

    /// The system call by its name; where that is not told, what the kernel calls the place.
    private static func call(in folder: String, _ buffer: KernelBuffer) -> String? {
      if var text = buffer.text(of: KernelPath(folder + "/syscall")), let word = text.takeWord() {
        if word == "running" { return nil }
        if let number = word.number.flatMap({ Int(exactly: $0) }) {
          return mailobs_system_call_name(number).map { String(cString: $0) } ?? "system call \(number)"
        }
      }
      guard var text = buffer.text(of: KernelPath(folder + "/wchan")), let place = text.takeWord()?.copy,
        place != [UInt8(ascii: "0")]
      else { return nil }
      return String(decoding: place.prefix(64), as: UTF8.self)
    }
  #endif
}
