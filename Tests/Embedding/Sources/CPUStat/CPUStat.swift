// How long has each processor been in each mode, by /proc/stat of Linux?

/// The statistics of one processor.
public struct CPUStat: Sendable, Hashable, CustomStringConvertible {
  /// Why the text could not be read.
  public struct ScanError: Error, Sendable, Hashable, CustomStringConvertible {
    /// What is wrong, and where.
    public let description: String
  }

  /// The name of the processor, such as `cpu0`.
  public var id: String
  /// The time in each of the modes, in `USER_HZ`, which is typically a hundredth of a second.
  public var user, system, idle: Int

  /// The statistics of a processor.
  public init(id: String, user: Int, system: Int, idle: Int) {
    self.id = id
    self.user = user
    self.system = system
    self.idle = idle
  }

  /// Reads the text of `/proc/stat`, of which the first line, a summary, is skipped, and so is every line that does
  /// not begin with `cpu` or has other than eleven fields. Lines may end as those of a file that came by mail do.
  public static func scan(_ text: some StringProtocol) throws(ScanError) -> [CPUStat] {
    var stats: [CPUStat] = []
    // To Swift "\r\n" is one character, and none that is equal to "\n".
    let lines = text.split(omittingEmptySubsequences: false) { $0 == "\n" || $0 == "\r\n" }
    for line in lines.dropFirst() {
      let fields = line.split(whereSeparator: \.isWhitespace)
      guard fields.count == 11, fields[0].hasPrefix("cpu") else { continue }
      func time(_ index: Int) throws(ScanError) -> Int {
        guard let time = Int(fields[index]) else {
          throw ScanError(description: "field \(index) of \(fields[0]) is no number: \"\(fields[index])\"")
        }
        return time
      }
      stats.append(CPUStat(id: String(fields[0]), user: try time(1), system: try time(3), idle: try time(4)))
    }
    return stats
  }

  /// The times in a line for people.
  public var description: String {
    "\(padded(id, 4, " ")): user: \(padded(user, 6)), system: \(padded(system, 6)), idle: \(padded(idle, 6))"
  }

  private func padded(_ value: some CustomStringConvertible, _ width: Int, _ pad: Character = "0") -> String {
    String(repeating: pad, count: max(0, width - value.description.count)) + value.description
  }
}
