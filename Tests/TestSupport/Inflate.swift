// Does what was compressed read back?

import ObservabilityPlatform

/// zlib's other half, which reads gzip streams.
package struct Inflate {
  private let gunzip: Gunzip

  /// Nil where there is no zlib.
  package init?() {
    guard let gunzip = Gunzip() else { return nil }
    self.gunzip = gunzip
  }

  /// Nil when they are no gzip stream, the whole of it.
  package func bytes(of compressed: [UInt8]) -> [UInt8]? { gunzip.bytes(of: compressed, atMost: .max) }
}
