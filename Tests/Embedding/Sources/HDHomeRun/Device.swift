// What can an HDHomeRun be asked?

/// What answers queries: a ``Client``, or whatever stands for one in a test.
public protocol Device {
  /// The value of a variable, such as `/tuner0/debug`.
  func query(_ name: String) throws -> String
}

/// A device's own answer that it cannot tell.
public struct DeviceError: Error, Sendable, Hashable, CustomStringConvertible {
  /// The device's own words.
  public let description: String

  /// An error.
  public init(description: String) { self.description = description }
}

extension Device {
  /// The state of a tuner.
  public func tunerDebug(_ tuner: Int) throws -> TunerDebug { try TunerDebug(query("/tuner\(tuner)/debug")) }

  /// The states of all tuners, of which there are 16 at the most: a device that has no more says so by an error.
  public func tuners() throws -> [TunerDebug] {
    var tuners = [try tunerDebug(0)]
    while tuners.count < 16 {
      do { tuners.append(try tunerDebug(tuners.count)) } catch is DeviceError { break }
    }
    return tuners
  }
}
