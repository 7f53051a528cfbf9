// What is a tuner doing?

/// What a device says of a tuner under `/tunerN/debug`: lines of a name, a colon, and pairs.
public struct TunerDebug: Sendable, Hashable {
  /// What a line says that cannot be read.
  public struct ParseError: Error, Sendable, Hashable, CustomStringConvertible {
    /// What is wrong, and where.
    public let description: String
  }

  /// The channel that was asked for and the one that is received, or `none`.
  public var channel, lock: String
  /// Strength and quality of the signal, and of symbols, in percent.
  public var signalStrength, signalToNoise, symbolErrors: Int
  /// Bits a second from the tuner, and in the stream after filters.
  public var deviceBitsPerSecond, streamBitsPerSecond: Int
  /// Packets a second to the network, and those that had errors.
  public var packetsPerSecond, packetErrors: Int

  /// Reads the text. A line without a name continues the one before; of what comes twice, the first counts.
  public init(_ lines: String) throws(ParseError) {
    var sections: [Substring: [Substring: Substring]] = [:]
    var section: Substring = ""
    for line in lines.split(whereSeparator: \.isNewline) {
      for word in line.split(separator: " ") {
        // First: a value may end in a colon as well.
        if let equals = word.firstIndex(of: "=") {
          let key = word[..<equals]
          if sections[section]?[key] == nil {
            sections[section, default: [:]][key] = word[word.index(after: equals)...]
          }
        } else if word.hasSuffix(":") {
          section = word.dropLast()
        } else {
          throw ParseError(description: "\"\(word)\" in the line of \"\(section)\" is no pair")
        }
      }
    }
    func text(_ section: Substring, _ key: Substring) throws(ParseError) -> String {
      guard let text = sections[section]?[key] else {
        throw ParseError(description: "\(section) has no \(key)")
      }
      return String(text)
    }
    func number(_ section: Substring, _ key: Substring) throws(ParseError) -> Int {
      let text = try text(section, key)
      guard let number = Int(text) else {
        throw ParseError(description: "\(key) of \(section) is no number: \"\(text)\"")
      }
      return number
    }
    channel = try text("tun", "ch")
    lock = try text("tun", "lock")
    signalStrength = try number("tun", "ss")
    signalToNoise = try number("tun", "snq")
    symbolErrors = try number("tun", "seq")
    deviceBitsPerSecond = try number("dev", "bps")
    streamBitsPerSecond = try number("ts", "bps")
    packetsPerSecond = try number("net", "pps")
    packetErrors = try number("net", "err")
  }
}
