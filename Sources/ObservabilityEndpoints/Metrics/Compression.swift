// Which answers are worth compressing?

/// What has been measured.
enum Compression {
  /// The shortest answer that is compressed, in bytes. What is shorter travels in one packet or two with its head, as it
  /// is or compressed, and to compress it took 5 to 8 µs; 16 KiB, which are twelve packets or two, took 30 µs.
  static let least = 2048
}
