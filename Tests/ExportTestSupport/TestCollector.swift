// What does a test want to know of a collector that it plays?

import TestSupport

/// A collector on the loopback interface.
package protocol TestCollector: Sendable {
  var port: UInt16 { get }
  /// Requests that were read whole.
  var requests: Int { get }
  /// The most requests that were being answered at one time.
  var mostAtOnce: Int { get }
  /// Closes everything: later connections are refused.
  func stop()
}

extension RawServer: TestCollector {}
