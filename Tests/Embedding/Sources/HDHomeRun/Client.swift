// How is a device asked, within a time and without a connection left behind?

/// Why a device could not be asked.
public struct ClientError: Error, Sendable, Hashable, CustomStringConvertible {
  /// What was being done, and what went wrong.
  public let description: String

  /// An error.
  public init(_ description: String) { self.description = description }
}

/// A connection to a device: one request after the other, all of them before the deadline. It blocks, belongs to one
/// thread, and is closed with the last reference to it.
public final class Client: Device {
  private let socket: Socket
  private var isBroken = false

  /// Connects.
  ///
  /// - Parameter deadline: for the connection and everything that is asked by it.
  public init(_ endpoint: Endpoint, before deadline: ContinuousClock.Instant) throws(ClientError) {
    socket = try Socket(endpoint, before: deadline)
  }

  /// The value of a variable, such as `/tuner0/debug`; a ``DeviceError`` when the device does not know it.
  public func query(_ name: String) throws -> String {
    let reply = try execute(Packet(Packet.getRequest, [Packet.Tag(Packet.Tag.name, text: name)]))
    let stranger = ClientError("the reply is not one to \(name)")
    guard reply.type == Packet.getReply else { throw stranger }
    if let error = reply.tags.first(where: { $0.type == Packet.Tag.errorMessage }) {
      throw DeviceError(description: error.text)
    }
    guard reply.tags.contains(where: { $0.type == Packet.Tag.name && $0.text == name }),
      let value = reply.tags.first(where: { $0.type == Packet.Tag.value })
    else { throw stranger }
    return value.text
  }

  /// Sends a request and waits for the reply. What comes after a failure could be the reply to another request, so
  /// nothing is asked any more then.
  public func execute(_ request: Packet) throws -> Packet {
    guard !isBroken else { throw ClientError("the connection has failed") }
    isBroken = true
    try socket.send(try request.encoded())
    let header = try socket.receive(Packet.headerSize)
    let reply = try Packet(decoding: header + socket.receive(Packet.rest(after: header)))
    isBroken = false
    return reply
  }
}
