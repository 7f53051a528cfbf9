// Does each of several servers of one registry answer for itself, in whatever order they come and go?

import TestSupport
@testable import HealthProbes
import ObservabilityPlatform
import Testing

@Suite("Servers that share a registry")
struct LeaseTests {
  enum Step: Sendable, Hashable {
    case start(Int)
    case drain(Int)
    case end(Int)
  }

  /// Every order in which `count` servers can start, drain and end, of which each does so in that order.
  static func orders(of count: Int) -> [[Step]] {
    func continued(_ done: [Int]) -> [[Step]] {
      if done.allSatisfy({ $0 == 3 }) { return [[]] }
      return done.indices.filter { done[$0] < 3 }.flatMap { server -> [[Step]] in
        let step: Step = [.start(server), .drain(server), .end(server)][done[server]]
        var next = done
        next[server] += 1
        return continued(next).map { [step] + $0 }
      }
    }
    return continued(Array(repeating: 0, count: count))
  }

  struct Server {
    let lease: HealthLease
    let hasCheck: Bool
    var isDraining = false
  }

  @Test("tell the truth about themselves after every step of every order", arguments: [2, 3])
  func matrix(count: Int) async throws {
    let orders = Self.orders(of: count)
    #expect(orders.count == (count == 2 ? 20 : 1680))
    for (number, order) in orders.enumerated() {
      let health = makeRegistry()
      try health.add(HealthCheck("storage", HealthCheck.Settings(), .immediate { HealthObservation(.pass) }))
      var servers: [Int: Server] = [:]
      var hasDrained = false
      // Of the servers of this order some watch the executor and some do not; the second finds it stuck.
      let checked = number % (1 << count)
      for (index, step) in order.enumerated() {
        switch step {
        case .start(let server):
          let lease = health.makeLease()
          let hasCheck = checked & (1 << server) != 0
          let result = server == 1 ? HealthResult.fail("stuck") : .pass
          let settings = HealthCheck.Settings(probes: .live)
          try health.begin(
            lease,
            lending: hasCheck
              ? HealthCheck("executor", settings, .immediate { HealthObservation(result) }) : nil)
          servers[server] = Server(lease: lease, hasCheck: hasCheck)
          hasDrained = false
        case .drain(let server):
          let lease = try #require(servers[server]?.lease)
          health.drain(lease)
          servers[server]?.isDraining = true
        case .end(let server):
          let removed = servers.removeValue(forKey: server)
          let ended = try #require(removed)
          health.end(ended.lease)
          hasDrained = ended.isDraining && servers.isEmpty
        }
        let context = "order \(number) after step \(index)"
        for (server, state) in servers {
          let view = HealthView(health, lease: state.lease)
          #expect(view.knownOutcome(of: .ready) == !state.isDraining, "\(context): readiness of \(server)")
          let live = await view.answer(to: .live)
          #expect(live.report.checks.map(\.name) == (state.hasCheck ? ["executor"] : []), "\(context)")
          #expect(live.passes == !(state.hasCheck && server == 1), "\(context): liveness of \(server)")
          #expect(view.report().isDraining == state.isDraining, "\(context)")
        }
        // And the process as a whole: one entry a name, and no server that serves is kept from it.
        let report = health.report()
        #expect(
          report.isDraining == (servers.isEmpty ? hasDrained : servers.values.allSatisfy(\.isDraining)),
          "\(context)")
        let names = report.checks.map(\.name)
        #expect(
          names == (servers.values.contains(where: \.hasCheck) ? ["executor", "storage"] : ["storage"]))
      }
      #expect(await health.answer(to: .live).passes)
    }
  }

  @Test("do not overrule what the host says", arguments: orders(of: 2))
  func host(order: [Step]) throws {
    for saidBefore in order.indices {
      let health = makeRegistry()
      var leases: [Int: HealthLease] = [:]
      for (index, step) in order.enumerated() {
        if index == saidBefore { health.setDraining(true) }
        switch step {
        case .start(let server):
          let lease = health.makeLease()
          try health.begin(lease, lending: nil)
          leases[server] = lease
        case .drain(let server): health.drain(try #require(leases[server]))
        case .end(let server):
          let removed = leases.removeValue(forKey: server)
          health.end(try #require(removed))
        }
        guard index >= saidBefore else { continue }
        for lease in leases.values {
          #expect(HealthView(health, lease: lease).knownOutcome(of: .ready) == false)
        }
        #expect(health.knownOutcome(of: .ready) == false)
      }
      health.setDraining(false)
      let lease = health.makeLease()
      try health.begin(lease, lending: nil)
      #expect(HealthView(health, lease: lease).knownOutcome(of: .ready) == true)
    }
  }

  @Test("give way to a check of the host, are configured like it, and take back what they lent")
  func names() async throws {
    let health = makeRegistry()
    let settings = HealthCheck.Settings(probes: .live)
    func lent(_ result: HealthResult) throws -> HealthCheck {
      try HealthCheck("executor", settings, .immediate { HealthObservation(result) })
    }
    let (older, newer) = (health.makeLease(), health.makeLease())
    try health.begin(older, lending: lent(.pass))
    try health.begin(newer, lending: lent(.fail("stuck")))
    #expect(await HealthView(health, lease: older).answer(to: .live).passes)
    #expect(await !HealthView(health, lease: newer).answer(to: .live).passes)
    #expect(await !health.answer(to: .live).passes, "the newest, for whom nobody in particular is asked")

    var off = HealthCheck.Overrides()
    off.isEnabled = false
    try health.configure(["executor": off])
    for lease in [older, newer] {
      #expect(await HealthView(health, lease: lease).answer(to: .live).report.checks.isEmpty)
    }
    health.end(newer)
    try health.configure(["executor": .init()])
    #expect(
      await HealthView(health, lease: older).answer(to: .live).report.checks.map(\.name) == ["executor"])
    #expect(health.report().checks.map(\.state) == [.pass])

    #expect(health.remove("executor"))
    #expect(health.report().checks.isEmpty)
    try health.add(onDemand("executor", probes: .live) { .pass })
    let last = health.makeLease()
    let check = try lent(.pass)
    #expect { try health.begin(last, lending: check) } throws: {
      ($0 as? HealthError)?.code == .duplicateName
    }
    health.drain(last)
    #expect(HealthView(health, lease: last).knownOutcome(of: .ready) == false, "it has begun all the same")
    health.end(last)
    #expect(health.report().checks.map(\.name) == ["executor"])
  }
}
