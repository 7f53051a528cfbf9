// How is a request read that is the same as the last one, byte for byte?

import EndpointMessages
import ObservabilityPlatform

/// What the last probe said that came whole, so that the same bytes need not be parsed again: a prober says the same every
/// time. One for a server, of any connection of one listener; what holds a password is not kept.
struct RepeatedRequest {
  /// Longer ones are not kept.
  static let longest = 512

  private var bytes: [UInt8] = []
  private var parsed: ParsedRequest?

  /// The request that these bytes are, when they begin one. By another listener they may ask for something else.
  func request(in read: UnsafeBufferPointer<UInt8>, by listener: UInt8) -> ParsedRequest? {
    guard read.count == bytes.count, parsed?.request.listener == listener, let start = read.baseAddress
    else { return nil }
    let isSame = bytes.withUnsafeBufferPointer { known in
      known.baseAddress.map { memcmp(start, $0, known.count) == 0 } ?? false
    }
    return isSame ? parsed : nil
  }

  /// Keeps a request that these bytes are, no more and no less.
  mutating func keep(_ request: ParsedRequest, of read: UnsafeBufferPointer<UInt8>) {
    guard read.count <= Self.longest, request.request.body.isEmpty,
      request.request.headers["Authorization"] == nil
    else { return }
    bytes.removeAll(keepingCapacity: true)
    bytes.append(contentsOf: read)
    parsed = request
  }
}
