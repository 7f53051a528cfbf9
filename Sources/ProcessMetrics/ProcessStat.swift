// What do /proc/self/stat and /proc/stat say?

/// The fields of `/proc/self/stat` that are exported; nil for one that is not there or is no number.
///
/// Source: proc_pid_stat(5).
struct ProcessStat: Equatable {
  /// Threads now.
  var threads: UInt64?
  /// The start, in clock ticks since the system's.
  var startTicks: UInt64?
  /// Bytes.
  var virtualBytes: UInt64?
  /// Pages.
  var residentPages: UInt64?

  init(threads: UInt64?, startTicks: UInt64?, virtualBytes: UInt64?, residentPages: UInt64?) {
    self.threads = threads
    self.startTicks = startTicks
    self.virtualBytes = virtualBytes
    self.residentPages = residentPages
  }

  /// Nil for what is no such file. The second field is the program's name, in which there may be anything, parentheses and
  /// blanks too; after it there is no parenthesis.
  init?(_ text: KernelText) {
    guard var fields = text.behindLast(UInt8(ascii: ")")) else { return nil }
    var numbers: (UInt64?, UInt64?, UInt64?, UInt64?) = (nil, nil, nil, nil)
    var place = 3
    while place <= 24, let field = fields.takeWord() {
      switch place {
      case 20: numbers.0 = field.number
      case 22: numbers.1 = field.number
      case 23: numbers.2 = field.number
      case 24: numbers.3 = field.number
      default: break
      }
      place += 1
    }
    self.init(
      threads: numbers.0, startTicks: numbers.1, virtualBytes: numbers.2, residentPages: numbers.3)
  }

  /// When the system has started, in seconds since 1970, as `/proc/stat` says it.
  static func bootTime(_ text: KernelText) -> UInt64? {
    var text = text
    while var line = text.takeLine() {
      if let name = line.takeWord(), name == "btime" { return line.takeWord()?.number }
    }
    return nil
  }

  /// When a process has started, in seconds since 1970; nil for what cannot be.
  static func startTime(ticks: UInt64, ticksPerSecond: Int, bootTime: UInt64) -> Double? {
    guard ticksPerSecond > 0 else { return nil }
    return Double(bootTime) + Double(ticks) / Double(ticksPerSecond)
  }
}
