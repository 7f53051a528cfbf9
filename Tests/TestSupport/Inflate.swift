// Does what was compressed read back?

import CObservabilityShims
import ObservabilityPlatform

/// zlib's other half, which reads gzip streams.
package struct Inflate {
  private typealias Begin =
    @convention(c) (
      UnsafeMutablePointer<mailobs_zlib_stream>?, Int32, UnsafePointer<CChar>?, Int32
    ) -> Int32
  private typealias Continue = @convention(c) (UnsafeMutablePointer<mailobs_zlib_stream>?, Int32) -> Int32
  private typealias End = @convention(c) (UnsafeMutablePointer<mailobs_zlib_stream>?) -> Int32

  private let begin: Begin
  private let next: Continue
  private let end: End

  /// Nil where there is no zlib.
  package init?() {
    guard let handle = dlopen(Gzip.systemLibrary, RTLD_NOW), let begin = dlsym(handle, "inflateInit2_"),
      let next = dlsym(handle, "inflate"), let end = dlsym(handle, "inflateEnd")
    else { return nil }
    self.begin = unsafeBitCast(begin, to: Begin.self)
    self.next = unsafeBitCast(next, to: Continue.self)
    self.end = unsafeBitCast(end, to: End.self)
  }

  /// Nil when they are no gzip stream, the whole of it.
  package func bytes(of compressed: [UInt8]) -> [UInt8]? {
    var stream = mailobs_zlib_stream()
    guard begin(&stream, 31, "1.2.11", Int32(MemoryLayout<mailobs_zlib_stream>.size)) == 0 else { return nil }
    defer { _ = end(&stream) }
    var result: [UInt8] = []
    let isWhole = compressed.withUnsafeBufferPointer { source in
      stream.next_in = source.baseAddress
      stream.avail_in = UInt32(source.count)
      return withUnsafeTemporaryAllocation(of: UInt8.self, capacity: 1 << 16) { piece in
        while true {
          stream.next_out = piece.baseAddress
          stream.avail_out = UInt32(piece.count)
          let status = next(&stream, 0)
          result += piece.prefix(piece.count - Int(stream.avail_out))
          if status == 1 { return stream.avail_in == 0 }
          guard status == 0 else { return false }
        }
      }
    }
    return isWhole ? result : nil
  }
}
