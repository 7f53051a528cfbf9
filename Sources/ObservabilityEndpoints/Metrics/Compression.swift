// Which answers are compressed, and by what?

import ObservabilityPlatform

/// What an answer is to be compressed by, if it is long enough.
struct Compression: Sendable {
  let gzip: Gzip
  /// The shortest answer that is compressed, in bytes.
  let least: Int

  /// What is shorter is compressed only for who takes nothing else: it travels in one packet or two with its head, as it
  /// is or compressed, and to compress it took 5 to 8 µs; 16 KiB, which are twelve packets or two, took 30 µs.
  static let worthwhile = 2048
}
