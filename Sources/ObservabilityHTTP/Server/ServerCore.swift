// What do a server's connections share?

import ObservabilityPlatform
import EndpointMessages
import ObservabilitySockets
import Synchronization

/// The state of a server. Confined to its loop, but for what is atomic.
final class ServerCore: @unchecked Sendable {
  /// A head and a body that fit in here together are sent together.
  static let writeSize = 17 * 1024
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

  let configuration: HTTPServerConfiguration
  let observer: (any HTTPServerObserver)?
  let handler: HTTPHandler
  let loop: EventLoop
  let counters = ServerCounters()
  /// One for all connections: what is read is parsed, or kept, before another is read from.
  let readBuffer: UnsafeMutableBufferPointer<UInt8>
  /// One for all connections as well: what is written there is sent, or kept, before another response is.
  let writeBuffer: UnsafeMutableBufferPointer<UInt8>

  var repeated = RepeatedRequest()
  /// How many bytes of the buffer are one request, whole; 0 when they are not, or it is known.
  var wholeRequest = 0

  private var date = DateField()
  /// The field that says when a response is made.
  var dateLine: [UInt8] { date.line(at: WallClock.wholeSeconds) }

  /// Read from any thread, so it is no part of what changes beside it.
  let drainStage = Atomic<DrainStage>(.serving)
  var drain = DrainState()
  /// The listeners, in the order of the configuration; none before they are bound and after the end.
  private(set) var doors: [Door] = []
  var listener: Listener? { doors.first?.listener }
  /// The number of the wait that a listener began last.
  var lastWait: UInt64 = 0
  /// Why nobody can connect any more, and the server ends.
  var listenerFailure: SocketError?

  var admission: Admission
  /// Given up when the process has no descriptor left.
  let spareDescriptor = SpareDescriptor()

  /// When nobody was found last who gives way to a probe.
  private var nobodyGaveWayAt: Int64?
  private var connections: [ObjectIdentifier: HTTPConnection] = [:]
  private var perAddress: [[UInt8]: Int] = [:]
  private let headAllowance: Int64
  private let bodyAllowance: Int64
  private let idleAllowance: Int64
  private let reserveAllowance: Int64
  let stallAllowance: Int64
  let handlerAllowance: Int64
  let writeAllowance: Int64
  let responseAllowance: Int64

  init(
    configuration: HTTPServerConfiguration, loop: EventLoop, observer: (any HTTPServerObserver)?,
    handler: @escaping HTTPHandler
  ) {
    var configuration = configuration
    configuration.limits = configuration.limits.normalised
    self.configuration = configuration
    self.loop = loop
    self.observer = observer
    self.handler = handler
    admission = Admission(
      regularLimit: configuration.limits.maximumConnections,
      reserveLimit: configuration.limits.maximumReserveConnections)
    readBuffer = .allocate(capacity: Self.readSize)
    readBuffer.initialize(repeating: 0)
    writeBuffer = .allocate(capacity: Self.writeSize)
    writeBuffer.initialize(repeating: 0)
    let deadlines = configuration.deadlines
    headAllowance = max(0, deadlines.head.clampedNanoseconds)
    bodyAllowance = max(0, deadlines.body.clampedNanoseconds)
    idleAllowance = max(0, deadlines.keepAlive.clampedNanoseconds)
    reserveAllowance = max(0, deadlines.reserveHead.clampedNanoseconds)
    stallAllowance = max(0, deadlines.stall.clampedNanoseconds)
    handlerAllowance = max(0, deadlines.handler.clampedNanoseconds)
    writeAllowance = max(0, deadlines.write.clampedNanoseconds)
    responseAllowance = max(0, deadlines.response.clampedNanoseconds)
  }

  deinit {
    readBuffer.deallocate()
    writeBuffer.deallocate()
  }

  var isDraining: Bool { drainStage.load(ordering: .relaxed) != .serving }
  var isRefusing: Bool {
    let stage = drainStage.load(ordering: .relaxed)
    return stage == .refusing || stage == .finished
  }

  var hasEnded: Bool { drainStage.load(ordering: .relaxed) == .finished }

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

  // MARK: Places

  /// Finds a place for a connection from `peer`, and takes it in; false when there is none.
  func admit(_ connection: Connection, from peer: EndpointPeer, by door: Door) -> Bool {
    let isConfined = isOverAddressLimit(peer)
    let found = admission.entry(isConfined: isConfined)
    guard found != nil || makeWay(in: isConfined ? .reserve : nil),
      let place = found ?? admission.entry(isConfined: isConfined)
    else { return false }
    add(
      connection, peer: peer, by: door,
      reserve: place == .regular ? nil : isConfined ? .addressLimit : .connectionLimit)
    return true
  }

  /// Closes the connection that is missed least, so that a new one can come in; false when every one is at work.
  ///
  /// Looking through all of them is only done when there is no room, and there are at most as many as
  /// the limit allows.
  func makeWay(in place: Admission.Place? = nil) -> Bool {
    guard
      let (victim, rank) = admission.victimOfNewcomer(
        in: place, at: loop.time, patience: stallAllowance, among: connections.values,
        describedBy: \.candidate)
    else { return false }
    evict(victim, rank)
    return true
  }

  /// Gives a connection of the reserve, which has sent a whole request, a regular place if there is one for it.
  func promote(_ connection: HTTPConnection, asking request: EndpointRequest) {
    if connection.requests == 1 { admission.newcomerSpoke() }
    guard connection.reserve == .connectionLimit, !isRefusing else { return }
    let isProbe = configuration.isProbe(request)
    // To look through all of them for each newcomer of a batch would cost more than its answer.
    if isProbe, admission.isCrowded, nobodyGaveWayAt == loop.time { return }
    guard
      let promotion = admission.promotion(
        ofProbe: isProbe, at: loop.time, patience: stallAllowance, among: connections.values,
        describedBy: \.candidate)
    else {
      if isProbe { nobodyGaveWayAt = loop.time }
      return
    }
    switch promotion {
    case .free: break
    case .instead(let victim, let rank): evict(victim, rank)
    case .swap(let other): move(other, to: .connectionLimit)
    }
    move(connection, to: nil)
  }

  private func move(_ connection: HTTPConnection, to reserve: HTTPRejectReason?) {
    connection.reserve = reserve
    connection.placedAt = loop.time
    admission.moved(to: connection.place)
    countConnections()
  }

  private func evict(_ victim: HTTPConnection, _ rank: Admission.Rank) {
    if let reason = rank.reason {
      counters.evicted.wrappingAdd(1, ordering: .relaxed)
      reject(reason)
    }
    if rank == .incomplete, victim.requests == 0 { admission.newcomerWasSilent() }
    victim.end(forgetting: true)
  }

  func countRequest() {
    counters.countRequest()
    admission.newcomers.served()
  }

  private func countConnections() {
    counters.connections.store(admission.count, ordering: .relaxed)
    counters.reserveConnections.store(admission.reserve, ordering: .relaxed)
  }

  // MARK: Connections

  func add(_ accepted: Connection, peer: EndpointPeer, by door: Door, reserve: HTTPRejectReason?) {
    counters.accepted.wrappingAdd(1, ordering: .relaxed)
    let connection = HTTPConnection(
      core: self, connection: accepted, peer: peer, listener: door.number, reserve: reserve)
    connections[ObjectIdentifier(connection)] = connection
    admission.entered(connection.place)
    countConnections()
    if configuration.limits.maximumConnectionsPerAddress != nil, case .ip(let address, _) = peer {
      perAddress[address, default: 0] += 1
    }
    let start = { connection.task = Task(executorPreference: self.loop) { await connection.serve() } }
    // Whoever comes while there is no room is answered before those who have some, and is gone: there are never many,
    // and a probe among them has waited already.
    guard connection.reserve != nil else { return start() }
    if !connection.isServedAtTheDoor() { loop.urgently(start) }
  }

  func remove(_ connection: HTTPConnection) {
    guard connections.removeValue(forKey: ObjectIdentifier(connection)) != nil else { return }
    admission.left(connection.place)
    countConnections()
    if configuration.limits.maximumConnectionsPerAddress != nil, case .ip(let address, _) = connection.peer {
      let left = (perAddress[address] ?? 1) - 1
      perAddress[address] = left > 0 ? left : nil
    }
    spareDescriptor.acquire()
    signalRoom()
    drainProgressed()
  }

  private func isOverAddressLimit(_ peer: EndpointPeer) -> Bool {
    guard let limit = configuration.limits.maximumConnectionsPerAddress, case .ip(let address, _) = peer,
      perAddress[address, default: 0] >= limit
    else { return false }
    return !configuration.isExemptFromAddressLimit(peer)
  }

  /// Tells all who wait for a place.
  func signalRoom() { for door in doors { door.roomSignal.signal() } }

  /// Listens on all that is configured, or on none of it.
  ///
  /// - Throws: the first failure, and its place among the listeners.
  func openDoors() throws(BindFailure) {
    var opened: [Door] = []
    for (number, source) in ListenerSource.withoutConflicts(configuration.listeners).enumerated() {
      do throws(SocketError) {
        guard let place = UInt8(exactly: number) else {
          throw SocketError(.invalidAddress, "there are more than 256 listeners")
        }
        opened.append(Door(source, number: place, listener: try listen(on: source)))
      } catch {
        for door in opened { door.listener.close() }
        throw BindFailure(place: number, error: error)
      }
    }
    doors = opened
  }

  /// Listens on one of the sources.
  func listen(on source: ListenerSource) throws(SocketError) -> Listener {
    let listener = try Listener(
      loop: loop, source: source, backlog: configuration.backlog, bufferSize: Self.socketBufferSize,
      accept: configuration.acceptCall)
    listener.descriptor.isUrgent = true
    return listener
  }

  /// The listeners close last, when nothing is left to answer.
  func stopAccepting() {
    signalRoom()
    for door in doors { door.listener.close() }
    doors = []
  }

  /// Every connection; a copy, because closing one changes the table.
  var all: [HTTPConnection] { Array(connections.values) }

  var isEmpty: Bool { connections.isEmpty }
}
