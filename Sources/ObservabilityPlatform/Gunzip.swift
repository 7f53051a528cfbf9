// How is read what somebody else has compressed?

import CObservabilityShims

/// Reads gzip streams by the system's zlib, which is opened when this is made.
///
/// A value that any thread may use, several at once. The library stays open as long as the process runs.
///
/// Source: RFC 1952; zlib's manual.
package struct Gunzip: @unchecked Sendable {
  private typealias Begin =
    @convention(c) (
      UnsafeMutablePointer<mailobs_zlib_stream>?, Int32, UnsafePointer<CChar>?, Int32
    ) -> Int32
  private typealias Continue = @convention(c) (UnsafeMutablePointer<mailobs_zlib_stream>?, Int32) -> Int32
  private typealias End = @convention(c) (UnsafeMutablePointer<mailobs_zlib_stream>?) -> Int32

  /// The first bytes of each stream.
  package static let beginning: [UInt8] = [0x1F, 0x8B]

  private let begin: Begin
  private let next: Continue
  private let end: End

  /// Opens the library. Reads files, once. Nil where there is no zlib.
  package init?() {
    guard let handle = dlopen(Gzip.systemLibrary, RTLD_NOW | RTLD_LOCAL),
      let begin = dlsym(handle, "inflateInit2_"), let next = dlsym(handle, "inflate"),
      let end = dlsym(handle, "inflateEnd")
    else { return nil }
    self.begin = unsafeBitCast(begin, to: Begin.self)
    self.next = unsafeBitCast(next, to: Continue.self)
    self.end = unsafeBitCast(end, to: End.self)
  }

  /// What the stream was made of; nil when it is none, not the whole of one, or made of more than `limit` bytes.
  package func bytes(of compressed: [UInt8], atMost limit: Int) -> [UInt8]? {
    guard let count = UInt32(exactly: compressed.count) else { return nil }
    var stream = mailobs_zlib_stream()
    guard begin(&stream, 31, "1.2.11", Int32(MemoryLayout<mailobs_zlib_stream>.size)) == 0 else { return nil }
    defer { _ = end(&stream) }
    var result: [UInt8] = []
    let isWhole = compressed.withUnsafeBufferPointer { source in
      stream.next_in = source.baseAddress
      stream.avail_in = count
      return withUnsafeTemporaryAllocation(of: UInt8.self, capacity: 1 << 16) { piece in
        while true {
          stream.next_out = piece.baseAddress
          stream.avail_out = UInt32(piece.count)
          let status = next(&stream, 0)
          result += piece.prefix(piece.count - Int(stream.avail_out))
          guard result.count <= limit else { return false }
          if status == 1 { return stream.avail_in == 0 }
          // Where nothing is left to read and the end has not come, it says that it cannot go on.
          guard status == 0 else { return false }
        }
      }
    }
    return isWhole ? result : nil
  }
}
