// How are requests compressed, by a library that may not be there?

import CObservabilityShims
import ObservabilityPlatform

/// gzip by the system's zlib, which is opened when this is made.
///
/// A value that any thread may use, several at once. The library stays open as long as the process runs.
///
/// Source: RFC 1952; zlib's manual.
package struct Gzip: @unchecked Sendable {
  /// Why requests are sent as they are.
  package struct Unavailable: Error, Hashable {
    /// What the system says, on one line.
    package let reason: String
  }

  /// zlib as the system names it.
  package static var systemLibrary: String {
    #if canImport(Darwin)
      "libz.dylib"
    #else
      "libz.so.1"
    #endif
  }

  private let begin: UnsafeMutableRawPointer
  private let deflate: UnsafeMutableRawPointer
  private let end: UnsafeMutableRawPointer
  private let level: Int32

  /// Opens the library. Reads files, once.
  ///
  /// - Parameters:
  ///   - library: a name that the system searches, or a path.
  ///   - level: 1, the quickest, to 9; what lies outside is clamped.
  package init(library: String = Gzip.systemLibrary, level: Int = Gzip.defaultLevel) throws(Unavailable) {
    guard let handle = dlopen(library, RTLD_NOW | RTLD_LOCAL) else { throw Unavailable(Gzip.error(library)) }
    func function(_ name: String) throws(Unavailable) -> UnsafeMutableRawPointer {
      guard let found = dlsym(handle, name) else {
        defer { dlclose(handle) }
        throw Unavailable(Gzip.error("\(library) has no \(name)"))
      }
      return found
    }
    self.init(
      begin: try function("deflateInit2_"), deflate: try function("deflate"), end: try function("deflateEnd"),
      level: level)
  }

  /// By functions that are zlib's, or what a test has in their place.
  init(
    begin: UnsafeMutableRawPointer, deflate: UnsafeMutableRawPointer, end: UnsafeMutableRawPointer, level: Int
  ) {
    self.begin = begin
    self.deflate = deflate
    self.end = end
    self.level = Int32(min(max(level, 1), 9))
  }

  /// What compresses spans almost as well as the levels above it, in a fraction of their time.
  package static let defaultLevel = 1

  private static func error(_ otherwise: String) -> String {
    (dlerror().map { String(cString: $0) } ?? otherwise).oneLine(atMost: 256)
  }

  /// The bytes as a gzip stream; nil where there is no memory for it, or the library is none that can be used,
  /// whatever it answers.
  package func compress(_ bytes: [UInt8]) -> [UInt8]? { compress(bytes, handingOver: 1 << 30) }

  /// - Parameter longest: how many bytes the library is given at once, which counts them in 32 bits.
  func compress(_ bytes: [UInt8], handingOver longest: Int) -> [UInt8]? {
    var stream = mailobs_zlib_stream()
    guard mailobs_zlib_begin(begin, &stream, level) == Status.ok else { return nil }
    defer { mailobs_zlib_finish(end, &stream) }
    var result: [UInt8] = []
    result.reserveCapacity(bytes.count / 4 + 64)
    let most = Gzip.longestResult(of: bytes.count)
    let isCompressed = bytes.withUnsafeBufferPointer { source in
      withUnsafeTemporaryAllocation(of: UInt8.self, capacity: 1 << 14) { piece in
        Gzip.run(&stream, deflate, source, longest, piece) {
          result.append(contentsOf: $0)
          return result.count <= most
        }
      }
    }
    return isCompressed && result.count >= Gzip.shortestResult ? result : nil
  }

  /// The header and the trailer.
  private static let shortestResult = 18

  /// More than zlib ever makes of so many bytes, however few at a time it is given.
  private static func longestResult(of count: Int) -> Int { count + count / 4 + 1024 }

  private enum Status {
    static let ok: Int32 = 0
    static let streamEnd: Int32 = 1
    static let bufferError: Int32 = -5
  }

  /// Gives the library what it compresses, and passes on what it has made of it, until `write` returns false.
  private static func run(
    _ stream: inout mailobs_zlib_stream, _ deflate: UnsafeMutableRawPointer,
    _ source: UnsafeBufferPointer<UInt8>, _ longest: Int, _ piece: UnsafeMutableBufferPointer<UInt8>,
    _ write: (UnsafeMutableBufferPointer<UInt8>.SubSequence) -> Bool
  ) -> Bool {
    var taken = 0
    while true {
      let count = min(source.count - taken, longest)
      stream.next_in = source.baseAddress.map { $0 + taken }
      stream.avail_in = UInt32(count)
      taken += count
      let isLast = taken == source.count
      repeat {
        let before = stream.avail_in
        stream.next_out = piece.baseAddress
        stream.avail_out = UInt32(piece.count)
        let status = mailobs_zlib_continue(deflate, &stream, isLast ? 1 : 0)
        // Where what it was given ends just as the piece is full, there is nothing left to do, which it says.
        let isIdle = status == Status.bufferError && !isLast && stream.avail_in == 0
        guard status == Status.ok || status == Status.streamEnd || isIdle,
          stream.avail_in <= before, stream.avail_out <= piece.count
        else { return false }
        let made = piece.count - Int(stream.avail_out)
        guard write(piece.prefix(made)) else { return false }
        if status == Status.streamEnd { return isLast && stream.avail_in == 0 }
        // It was asked to end, and has not done anything for it, nor would it when asked again.
        guard made > 0 || stream.avail_in < before || isIdle || !isLast else { return false }
        // A full piece: there is more to come.
      } while isLast || stream.avail_out == 0
      guard stream.avail_in == 0 else { return false }
    }
  }
}

extension Gzip.Unavailable {
  fileprivate init(_ reason: String) { self.init(reason: reason) }
}
