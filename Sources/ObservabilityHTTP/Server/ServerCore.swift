// What do a server's connections share?

import ObservabilityPlatform
import EndpointMessages
import ObservabilitySockets
import Synchronization

/// The state of a server. Confined to its loop, but for what is atomic.
final class ServerCore: @unchecked Sendable {
  /// Bodies up to this size are sent together with their head.
  static let bufferSize = 16 * 1024
  /// What the system keeps of a connection's bytes, about twice as much with what it needs itself: what a peer does
  /// not read is the server's memory, too.
  static let socketBufferSize: Int32 = 64 * 1024
  /// How often is looked whether the peer has taken the last response.
  static let deliveryPause = Duration.milliseconds(50)
  /// The most that is written to one peer before the others have their turn: the copying takes time.
  static let mostAtOnce = 128 * 1024
  /// The most that is read from one peer in its turn. Pipelined requests are kept until their turn comes.
  static let readSize = 16 * 1024
  /// The most that is read and dropped after the last response.
  static let mostDropped = 1 << 20
  private static let sparePoolSize = 4

  let configuration: HTTPServerConfiguration
  let observer: (any HTTPServerObserver)?
  let handler: HTTPHandler
  let loop: EventLoop
  let counters = ServerCounters()
  /// One for all connections: what is read is parsed, or kept, before another is read from.
  let readBuffer: UnsafeMutableBufferPointer<UInt8>

  var drain = DrainState()
  var listener: Listener?
  /// Why nobody can connect any more, and the server ends.
  var listenerFailure: SocketError?
  /// Resumed when a connection has ended, or the drain has.
  let roomSignal = LoopSignal()

  /// Whether connections come faster than there is room for, so that the system's queue has grown long. It
  /// must not overflow: then patience is short, and if need be the young give way to what has waited there.
  var isPressed = false
  /// Given up when the process has no descriptor left.
  let spareDescriptor = SpareDescriptor()

  private var connections: [ObjectIdentifier: HTTPConnection] = [:]
  private var perAddress: [[UInt8]: Int] = [:]
  private var spareBuffers: [[UInt8]] = []
  private let headAllowance: Int64
  private let bodyAllowance: Int64
  private let idleAllowance: Int64
  private let reserveAllowance: Int64
  let stallAllowance: Int64
  let handlerAllowance: Int64
  let writeAllowance: Int64

  init(
    configuration: HTTPServerConfiguration, loop: EventLoop, observer: (any HTTPServerObserver)?,
    handler: @escaping HTTPHandler
  ) {
    self.configuration = configuration
    self.loop = loop
    self.observer = observer
    self.handler = handler
    readBuffer = .allocate(capacity: Self.readSize)
    readBuffer.initialize(repeating: 0)
    let deadlines = configuration.deadlines
    headAllowance = max(0, deadlines.head.clampedNanoseconds)
    bodyAllowance = max(0, deadlines.body.clampedNanoseconds)
    idleAllowance = max(0, deadlines.keepAlive.clampedNanoseconds)
    reserveAllowance = max(0, deadlines.reserveHead.clampedNanoseconds)
    stallAllowance = max(0, deadlines.stall.clampedNanoseconds)
    handlerAllowance = max(0, deadlines.handler.clampedNanoseconds)
    writeAllowance = max(0, deadlines.write.clampedNanoseconds)
  }

  deinit { readBuffer.deallocate() }

  var isDraining: Bool { drain.stage.load(ordering: .relaxed) != .serving }
  var isRefusing: Bool {
    let stage = drain.stage.load(ordering: .relaxed)
    return stage == .refusing || stage == .finished
  }

  var hasEnded: Bool { drain.stage.load(ordering: .relaxed) == .finished }

  func reject(_ reason: HTTPRejectReason) {
    counters.reject(reason)
    observer?.rejected(reason)
  }

  /// How long the phase that a connection is in may last, in nanoseconds.
  func allowance(for connection: HTTPConnection) -> Int64 {
    switch connection.phase {
    case .idle: idleAllowance
    case .body: bodyAllowance
    default: connection.reserve == nil ? headAllowance : reserveAllowance
    }
  }

  // MARK: Buffers

  /// An empty buffer with room in it.
  func takeBuffer() -> [UInt8] {
    if let buffer = spareBuffers.popLast() { return buffer }
    var buffer: [UInt8] = []
    buffer.reserveCapacity(Self.bufferSize + 1024)
    return buffer
  }

  func giveBack(_ buffer: inout [UInt8]) {
    guard spareBuffers.count < Self.sparePoolSize else { return }
    buffer.removeAll(keepingCapacity: true)
    spareBuffers.append(buffer)
    buffer = []
  }

  // MARK: Connections

  /// Where a new connection can go.
  enum Room {
    case regular
    case reserve(HTTPRejectReason)
    /// Nowhere, until one has ended.
    case none
  }

  /// Finds room for a connection from `peer`, closing another if it must.
  func makeRoom(for peer: EndpointPeer) -> Room {
    let limits = configuration.limits
    let reserved = counters.reserveConnections.load(ordering: .relaxed)
    let regular = connections.count - reserved
    let overAddress = isOverAddressLimit(peer)
    let reason: HTTPRejectReason = overAddress ? .addressLimit : .connectionLimit
    if !overAddress, regular < max(1, limits.maximumConnections) || evict(.regular) { return .regular }
    if reserved < max(0, limits.maximumReserveConnections) || evict(.reserve) { return .reserve(reason) }
    guard isPressed else { return .none }
    if !overAddress, evict(.regular, youngToo: true) { return .regular }
    return evict(.reserve, youngToo: true) ? .reserve(reason) : .none
  }

  /// Closes the connection that is missed least, whichever that is; false when every one is at work.
  func evictAny() -> Bool {
    if evict(.regular) || evict(.reserve) { return true }
    return isPressed && (evict(.regular, youngToo: true) || evict(.reserve, youngToo: true))
  }

  enum Pool { case regular, reserve }

  /// Closes one whose last response is out, or the oldest without a complete head, or the oldest idle one, or
  /// the one that has stalled longest, in this order; false when there is none. One so young that its bytes
  /// may still be on their way is closed only when told so.
  ///
  /// Looking through all of them is only done when there is no room, and there are at most as many as
  /// the limit allows.
  private func evict(_ pool: Pool, youngToo: Bool = false) -> Bool {
    let rules = EvictionRules(
      time: loop.time,
      patience: isPressed ? min(EvictionRules.pressedPatience, stallAllowance) : stallAllowance,
      includesArriving: youngToo)
    let pooled = connections.values.lazy.filter { ($0.reserve != nil) == (pool == .reserve) }
    guard let (victim, rank) = rules.choose(from: pooled, describedBy: \.evictionCandidate) else {
      return false
    }
    if let reason = rank.reason {
      counters.evicted.wrappingAdd(1, ordering: .relaxed)
      reject(reason)
    }
    victim.end(forgetting: true)
    return true
  }

  func add(_ accepted: Connection, peer: EndpointPeer, reserve: HTTPRejectReason?) {
    counters.accepted.wrappingAdd(1, ordering: .relaxed)
    let connection = HTTPConnection(core: self, connection: accepted, peer: peer, reserve: reserve)
    connections[ObjectIdentifier(connection)] = connection
    if reserve != nil { counters.reserveConnections.wrappingAdd(1, ordering: .relaxed) }
    counters.connections.store(connections.count, ordering: .relaxed)
    if configuration.limits.maximumConnectionsPerAddress != nil, case .ip(let address, _) = peer {
      perAddress[address, default: 0] += 1
    }
    connection.task = Task(executorPreference: loop) { await connection.serve() }
  }

  func remove(_ connection: HTTPConnection) {
    guard connections.removeValue(forKey: ObjectIdentifier(connection)) != nil else { return }
    if connection.reserve != nil { counters.reserveConnections.wrappingSubtract(1, ordering: .relaxed) }
    counters.connections.store(connections.count, ordering: .relaxed)
    if configuration.limits.maximumConnectionsPerAddress != nil, case .ip(let address, _) = connection.peer {
      let left = (perAddress[address] ?? 1) - 1
      perAddress[address] = left > 0 ? left : nil
    }
    spareDescriptor.acquire()
    roomSignal.signal()
    drainProgressed()
  }

  private func isOverAddressLimit(_ peer: EndpointPeer) -> Bool {
    guard let limit = configuration.limits.maximumConnectionsPerAddress, case .ip(let address, _) = peer,
      perAddress[address, default: 0] >= max(1, limit)
    else { return false }
    return !configuration.isExemptFromAddressLimit(peer)
  }

  /// Every place there is, the reserve included.
  var mostConnections: Int {
    max(1, configuration.limits.maximumConnections) + max(0, configuration.limits.maximumReserveConnections)
  }

  /// Binds an address and listens there.
  func listen(at address: SocketAddress) throws(SocketError) -> Listener {
    let listener = try Listener(
      loop: loop, address: address, backlog: configuration.backlog, bufferSize: Self.socketBufferSize,
      accept: configuration.acceptCall)
    self.listener = listener
    return listener
  }

  /// The listener closes last, when nothing is left to answer.
  func stopAccepting() {
    listener?.close()
    listener = nil
  }

  /// Every connection; a copy, because closing one changes the table.
  var all: [HTTPConnection] { Array(connections.values) }

  var isEmpty: Bool { connections.isEmpty }
}
