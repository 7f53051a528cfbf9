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

  /// Whether the device has no such variable, rather than no value for it now, as when somebody else has locked it.
  public var isOfUnknownVariable: Bool { description.hasPrefix("ERROR: unknown getset variable") }
}

extension Device {
  /// The state of a tuner.
  public func tunerDebug(_ tuner: Int) throws -> TunerDebug { try TunerDebug(query("/tuner\(tuner)/debug")) }

  /// The states of all tuners, of which there are 16 at the most: a device that has no more does not know the variable.
  /// Any other error is thrown, so that the first tuners are not taken for all of them.
  public func tuners() throws -> [TunerDebug] {
    var tuners = [try tunerDebug(0)]
    while tuners.count < 16 {
      do {
        tuners.append(try tunerDebug(tuners.count))
      } catch let error as DeviceError where error.isOfUnknownVariable {
        break
      }
    }
    return tuners
  }
}
