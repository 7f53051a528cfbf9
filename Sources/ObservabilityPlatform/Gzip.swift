// How are requests and answers compressed, by a library that may not be there?

import CObservabilityShims

/// gzip by the system's zlib, which is opened when this is made.
///
/// A value that any thread may use, several at once. The library stays open as long as the process runs.
///
/// Source: RFC 1952; zlib's manual.
package struct Gzip: @unchecked Sendable {
  /// Why what is sent is sent as it is.
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
    // Of another version, or short of memory: better known now than in the middle of an answer.
    guard compress(Array("gzip".utf8)) != nil else {
      throw Unavailable("\(library) does not compress".oneLine(atMost: 256))
    }
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

  /// The quickest. Of text like an exposition of 100,000 series, 9.6 MB, zlib 1.2.13 left 7.9 % in 32 ms of processor time
  /// at level 1, 7.1 % in 47 ms at 4, 6.7 % in 96 ms at 6, and 6.1 % in 265 ms at 9. Spans are much like it.
  package static let defaultLevel = 1

  private static func error(_ otherwise: String) -> String {
    (dlerror().map { String(cString: $0) } ?? otherwise).oneLine(atMost: 256)
  }

  /// The bytes as a gzip stream; nil where there is no memory for it, or the library is none that can be used,
  /// whatever it answers.
  package func compress(_ bytes: [UInt8]) -> [UInt8]? { compress(bytes, handingOver: 1 << 30) }

  /// - Parameter longest: how many bytes the library is given at once, which counts them in 32 bits.
  func compress(_ bytes: [UInt8], handingOver longest: Int) -> [UInt8]? {
    guard let stream = Stream(self, handingOver: longest) else { return nil }
    var result: [UInt8] = []
    result.reserveCapacity(bytes.count / 4 + 64)
    let isCompressed = bytes.withUnsafeBytes { stream.add($0, isLast: true, to: &result) }
    return isCompressed ? result : nil
  }

  /// A gzip stream that is made of one piece after the other.
  ///
  /// For one thread at a time. Its memory is freed with it, whether it has been ended or not.
  package final class Stream {
    /// How many bytes one takes while it is there: two windows of 32 KiB, two tables of 64 KiB, and what has not been
    /// written. Source: zlib's zconf.h, for its default window and memory level.
    package static let memory = 268 << 10

    private let gzip: Gzip
    // Where it is, it has to stay: the library keeps its address.
    private let stream = UnsafeMutablePointer<mailobs_zlib_stream>.allocate(capacity: 1)
    private let longest: Int
    private var given = 0
    private var made = 0
    /// Whether the end has been written, or something has gone wrong.
    private var isOver = false

    /// Nil where there is no memory for it, or the library cannot be used.
    package convenience init?(_ gzip: Gzip) { self.init(gzip, handingOver: 1 << 30) }

    /// - Parameter longest: how many bytes the library is given at once, which counts them in 32 bits.
    init?(_ gzip: Gzip, handingOver longest: Int) {
      self.gzip = gzip
      self.longest = longest
      stream.initialize(to: mailobs_zlib_stream())
      guard mailobs_zlib_begin(gzip.begin, stream, gzip.level) == Status.ok else {
        // What could not be begun is not ended.
        isBegun = false
        return nil
      }
    }

    private var isBegun = true

    deinit {
      if isBegun { mailobs_zlib_finish(gzip.end, stream) }
      stream.deallocate()
    }

    /// Compresses a piece, and appends to `result` what there is to write so far; after the last piece, all the rest.
    ///
    /// - Returns: false when the library does not do it. Then the stream cannot be gone on with, and nothing that
    ///   has been written is the whole of it.
    package func add(_ piece: UnsafeRawBufferPointer, isLast: Bool, to result: inout [UInt8]) -> Bool {
      guard !isOver else { return false }
      given += piece.count
      let most = Stream.longestResult(of: given)
      let isDone = piece.withMemoryRebound(to: UInt8.self) { source in
        withUnsafeTemporaryAllocation(of: UInt8.self, capacity: 1 << 14) { output in
          run(source, isLast: isLast, output) {
            made += $0.count
            guard made <= most else { return false }
            result.append(contentsOf: $0)
            return true
          }
        }
      }
      isOver = isLast || !isDone
      return isDone && (!isLast || made >= Stream.shortestResult)
    }

    /// The header and the trailer.
    private static let shortestResult = 18

    /// More than zlib ever makes of so many bytes, however few at a time it is given.
    private static func longestResult(of count: Int) -> Int { count + count / 4 + 1024 }

    /// Gives the library what it compresses, and passes on what it has made of it, until `write` returns false.
    private func run(
      _ source: UnsafeBufferPointer<UInt8>, isLast: Bool, _ output: UnsafeMutableBufferPointer<UInt8>,
      _ write: (UnsafeMutableBufferPointer<UInt8>.SubSequence) -> Bool
    ) -> Bool {
      var taken = 0
      while true {
        let count = min(source.count - taken, longest)
        stream.pointee.next_in = source.baseAddress.map { $0 + taken }
        stream.pointee.avail_in = UInt32(count)
        taken += count
        let ends = isLast && taken == source.count
        repeat {
          let before = stream.pointee.avail_in
          stream.pointee.next_out = output.baseAddress
          stream.pointee.avail_out = UInt32(output.count)
          let status = mailobs_zlib_continue(gzip.deflate, stream, ends ? 1 : 0)
          let (unread, room) = (stream.pointee.avail_in, stream.pointee.avail_out)
          // Where what it was given ends just as the output is full, there is nothing left to do, which it says.
          let isIdle = status == Status.bufferError && !ends && unread == 0
          guard status == Status.ok || status == Status.streamEnd || isIdle, unread <= before,
            room <= output.count
          else { return false }
          let made = output.count - Int(room)
          guard write(output.prefix(made)) else { return false }
          if status == Status.streamEnd { return ends && unread == 0 }
          // It was asked to end, and has not done anything for it, nor would it when asked again.
          guard made > 0 || unread < before || isIdle || !ends else { return false }
          // No room left: there is more to come.
        } while ends || stream.pointee.avail_out == 0
        guard stream.pointee.avail_in == 0 else { return false }
        if taken == source.count { return true }
      }
    }
  }

  private enum Status {
    static let ok: Int32 = 0
    static let streamEnd: Int32 = 1
    static let bufferError: Int32 = -5
  }
}

extension Gzip.Unavailable {
  fileprivate init(_ reason: String) { self.init(reason: reason) }
}
