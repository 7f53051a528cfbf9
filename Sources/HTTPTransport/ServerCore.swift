// What do a server's connections share, and which of them gives way when there is no room?

import SocketIO
import Synchronization

/// The state of a server. Confined to its loop, but for what is atomic.
final class ServerCore: @unchecked Sendable {
  /// Bodies up to this size are sent together with their head.
  static let bufferSize = 16 * 1024
  /// What a peer has to take within the write deadline.
  static let leastProgress = 1024
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
  /// Resumed when a connection has ended, or the drain has.
  let roomSignal = LoopSignal()

  private var connections: [ObjectIdentifier: HTTPConnection] = [:]
  private var perAddress: [[UInt8]: Int] = [:]
  private var spareBuffers: [[UInt8]] = []
  private let headAllowance: Int64
  private let bodyAllowance: Int64
  private let idleAllowance: Int64
  private let reserveAllowance: Int64
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
    readBuffer = .allocate(capacity: 64 * 1024)
    readBuffer.initialize(repeating: 0)
    let deadlines = configuration.deadlines
    headAllowance = max(0, deadlines.head.clampedNanoseconds)
    bodyAllowance = max(0, deadlines.body.clampedNanoseconds)
    idleAllowance = max(0, deadlines.keepAlive.clampedNanoseconds)
    reserveAllowance = max(0, deadlines.reserveHead.clampedNanoseconds)
    handlerAllowance = max(0, deadlines.handler.clampedNanoseconds)
    writeAllowance = max(0, deadlines.write.clampedNanoseconds)
  }

  deinit { readBuffer.deallocate() }

  var isDraining: Bool { drain.stage.load(ordering: .relaxed) != .serving }
  var isRefusing: Bool {
    let stage = drain.stage.load(ordering: .relaxed)
    return stage == .refusing || stage == .finished
  }

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
  func makeRoom(for peer: HTTPPeer) -> Room {
    let limits = configuration.limits
    let reserved = counters.reserveConnections.load(ordering: .relaxed)
    let regular = connections.count - reserved
    let overAddress = isOverAddressLimit(peer)
    if !overAddress {
      if regular < max(1, limits.connections) { return .regular }
      if evict(fromReserve: false) { return .regular }
    }
    if reserved < max(0, limits.reserveConnections) || evict(fromReserve: true) {
      return .reserve(overAddress ? .addressLimit : .connectionLimit)
    }
    return .none
  }

  /// Closes the connection that is missed least: one whose last response is out, then the oldest without
  /// a complete head, then the oldest idle one; false when every one of them is at work.
  ///
  /// Looking through all of them is only done when there is no room, and there are at most as many as
  /// the limit allows.
  func evict(fromReserve: Bool) -> Bool {
    var victim: HTTPConnection?
    var victimRank = Int.max
    for connection in connections.values where (connection.reserve != nil) == fromReserve {
      let rank: Int
      switch connection.phase {
      case .lingering: rank = 0
      case .head: rank = 1
      case .idle: rank = 2
      case .body, .handling, .writing: continue
      }
      if rank < victimRank || (rank == victimRank && connection.phaseBegan < victim?.phaseBegan ?? .max) {
        victim = connection
        victimRank = rank
      }
    }
    guard let victim else { return false }
    if victimRank > 0 {
      counters.evicted.wrappingAdd(1, ordering: .relaxed)
      reject(victimRank == 1 ? .evictedIncomplete : .evictedIdle)
    }
    victim.end()
    return true
  }

  func add(_ accepted: Connection, peer: HTTPPeer, reserve: HTTPRejectReason?) {
    counters.accepted.wrappingAdd(1, ordering: .relaxed)
    let connection = HTTPConnection(core: self, connection: accepted, peer: peer, reserve: reserve)
    connections[ObjectIdentifier(connection)] = connection
    if reserve != nil { counters.reserveConnections.wrappingAdd(1, ordering: .relaxed) }
    counters.connections.store(connections.count, ordering: .relaxed)
    if configuration.limits.connectionsPerAddress != nil, case .ip(let address, _) = peer {
      perAddress[address, default: 0] += 1
    }
    connection.task = Task(executorPreference: loop) { await connection.serve() }
  }

  func remove(_ connection: HTTPConnection) {
    guard connections.removeValue(forKey: ObjectIdentifier(connection)) != nil else { return }
    if connection.reserve != nil { counters.reserveConnections.wrappingSubtract(1, ordering: .relaxed) }
    counters.connections.store(connections.count, ordering: .relaxed)
    if configuration.limits.connectionsPerAddress != nil, case .ip(let address, _) = connection.peer {
      let left = (perAddress[address] ?? 1) - 1
      perAddress[address] = left > 0 ? left : nil
    }
    roomSignal.signal()
    drainProgressed()
  }

  private func isOverAddressLimit(_ peer: HTTPPeer) -> Bool {
    guard let limit = configuration.limits.connectionsPerAddress, case .ip(let address, _) = peer,
      perAddress[address, default: 0] >= max(1, limit)
    else { return false }
    return !configuration.isExemptFromAddressLimit(peer)
  }

  /// Every place there is, the reserve included.
  var mostConnections: Int {
    max(1, configuration.limits.connections) + max(0, configuration.limits.reserveConnections)
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
