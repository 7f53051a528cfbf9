// What does recording cost beside a raw primitive and beside other libraries?

internal import AllocationCounter
internal import MailObservability
internal import Workloads

@MainActor
enum InstrumentRows {
  static var all: [Row] {
    counters + gauges + histograms + families + timers + registration + allocations + memory
  }

  private static func against(
    _ peer: String, _ work: String, threads: Int = 1, _ unit: Unit = .nanoseconds,
    ours: @escaping @MainActor () throws -> Side
  ) -> @MainActor () throws -> Outcome {
    {
      guard let peer = Peers.named(peer) else {
        return .absent(
          "\(peer == "go" ? "client_golang" : "prometheus-cpp") is not there; see Benchmarks/build-peers")
      }
      return .compared(try Comparison.of(try ours(), .peer(peer, work, threads: threads)), unit)
    }
  }

  private static var counters: [Row] {
    [
      Row("Counter.increment(), 1 thread / raw relaxed Atomic<UInt64> add", 1.15) {
        let (ours, raw) = (try Recording(), SharedAtomic())
        return .compared(try .of(.here { ours.increment($0) }, .here { raw.add($0) }))
      },
      Row("Counter.increment(), 2 threads / raw shared atomic, 2 threads", 0.5) {
        let (ours, raw) = (try Recording(), SharedAtomic())
        return .compared(try .of(.here(threads: 2) { ours.increment($0) }, .here(threads: 2) { raw.add($0) }))
      },
      Row(
        "Counter.increment(), 2 threads / client_golang, 2 threads", 0.35,
        against("go", "counter", threads: 2) {
          let ours = try Recording()
          return .here(threads: 2) { ours.increment($0) }
        }),
      Row(
        "Counter.increment(), 2 threads / prometheus-cpp, 2 threads", 0.5,
        against("cpp", "counter", threads: 2) {
          let ours = try Recording()
          return .here(threads: 2) { ours.increment($0) }
        }),
      Row("Counter.increment(), 2 threads / raw relaxed Atomic<UInt64> add, 1 thread", 1.4) {
        let (ours, raw) = (try Recording(), SharedAtomic())
        return .compared(try .of(.here(threads: 2) { ours.increment($0) }, .here { raw.add($0) }))
      },
      Row(
        "Counter.increment(), 1 thread / VictoriaMetrics", 1.1,
        against("go", "vmCounter") {
          let ours = try Recording()
          return .here { ours.increment($0) }
        }),
      Row("Counter.increment(), 1 thread after contention / raw relaxed Atomic<UInt64> add", 1.2) {
        let (ours, raw) = (try Recording(), SharedAtomic())
        // Until the two threads have really run side by side, however busy the machine is.
        var meetings = 0
        for _ in 0..<2000 where meetings < 20 {
          if Crew.two.run(100_000, { ours.increment($0) }).presence > 0.9 { meetings += 1 }
        }
        return .compared(try .of(.here { ours.increment($0) }, .here { raw.add($0) }))
      },
    ]
  }

  private static var gauges: [Row] {
    [
      Row(
        "Gauge, increment and decrement in turn, 1 thread / client_golang", 1.1,
        against("go", "gauge") {
          let ours = try Recording()
          return .here { ours.moveGauge($0) }
        }),
      Row(
        "Gauge, increment and decrement in turn, 2 threads / client_golang, 2 threads", 0.5,
        against("go", "gauge", threads: 2) {
          let ours = try Recording()
          return .here(threads: 2) { ours.moveGauge($0) }
        }),
      Row("Gauge, increment and decrement in turn, 2 threads / its own single thread", 1.4) {
        let (two, one) = (try Recording(), try Recording())
        return .compared(try .of(.here(threads: 2) { two.moveGauge($0) }, .here { one.moveGauge($0) }))
      },
      Row("Gauge.set, 2 threads / its own single thread", nil) {
        let (two, one) = (try Recording(), try Recording())
        return .compared(try .of(.here(threads: 2) { two.setGauge($0) }, .here { one.setGauge($0) }))
      },
    ]
  }

  private static var histograms: [Row] {
    [
      Row(
        "Histogram.observe, 12 buckets, 1 thread / client_golang", 0.35,
        against("go", "histogram") {
          let ours = try Recording()
          return .here { ours.observe($0) }
        }),
      Row(
        "Histogram.observe, 12 buckets, 1 thread / VictoriaMetrics", 0.4,
        against("go", "vmHistogram") {
          let ours = try Recording()
          return .here { ours.observe($0) }
        }),
      Row("Histogram.observe, 65,536 values in no order / 1,024 that repeat", 1.3) {
        let (changing, repeating) = (try Recording(), try Recording())
        return .compared(
          try .of(.here { changing.observeChanging($0) }, .here { repeating.observe($0) }))
      },
      Row("Histogram.observe while a source of exemplars is set / without one", 1.5) {
        let (with, without) = (try Recording(), try Recording())
        with.setExemplarSource()
        return .compared(try .of(.here { with.observe($0) }, .here { without.observe($0) }))
      },
      Row("Histogram.observe, 12 buckets, 2 threads / its own single thread", 1.25) {
        // The single thread has a histogram that nobody else ever touched.
        let (two, one) = (try Recording(), try Recording())
        return .compared(try .of(.here(threads: 2) { two.observe($0) }, .here { one.observe($0) }))
      },
      Row(
        "Histogram.observe, 12 buckets, 1 thread / prometheus-cpp", 0.7,
        against("cpp", "histogram") {
          let ours = try Recording()
          return .here { ours.observe($0) }
        }),
    ]
  }

  private static var families: [Row] {
    [
      Row("closed family, 3 labels, family[.a, .b, .c].increment() / plain counter", 1.6) {
        let ours = try Recording()
        return .compared(try .of(.here { ours.incrementClosed($0) }, .here { ours.incrementHeld($0) }))
      },
      Row(
        "bounded family, 4 labels, lookup and increment / client_golang WithLabelValues", 0.7,
        against("go", "lookup") {
          let ours = try Recording()
          return .here { ours.incrementBounded($0) }
        }),
      Row("bounded family, 4 labels, 2 threads / its own single thread", nil) {
        let (two, one) = (try Recording(), try Recording())
        return .compared(
          try .of(.here(threads: 2) { two.incrementBounded($0) }, .here { one.incrementBounded($0) }))
      },
      Row("bounded family, one hot value, 2 threads / its own single thread", 1.3) {
        let (two, one) = (try Recording(), try Recording())
        return .compared(try .of(.here(threads: 2) { two.incrementHot($0) }, .here { one.incrementHot($0) }))
      },
      Row("bounded family, one hot value by reference, 2 threads / its own single thread", nil) {
        let (two, one) = (try Recording(), try Recording())
        return .compared(
          try .of(
            .here(threads: 2) { two.incrementHotByReference($0) }, .here { one.incrementHotByReference($0) }))
      },
      Row(
        "bounded family, 4 labels, 2 threads / client_golang WithLabelValues, 2 threads", 0.7,
        against("go", "lookup", threads: 2) {
          let ours = try Recording()
          return .here(threads: 2) { ours.incrementBounded($0) }
        }),
      Row(
        "bounded family, 4 labels, lookup and increment / prometheus-cpp Family::Add", 0.7,
        against("cpp", "lookup") {
          let ours = try Recording()
          return .here { ours.incrementBounded($0) }
        }),
    ]
  }

  private static var timers: [Row] {
    [
      Row("start + observe a timer / two bare clock reads + one observe", 1.2) {
        let ours = try Recording()
        return .compared(try .of(.here { ours.time($0) }, .here { ours.readClockTwiceAndObserve($0) }))
      }
    ]
  }

  private static var registration: [Row] {
    [
      Row("registering 100,000 series in one family: a series / of 1,000", 1.5) {
        let hosts = hostNames(0..<100_000)
        // As many series on either side, all kept until the end, so that both ask for as much fresh memory. It takes
        // too long for a slice that nobody disturbs, so what counts is the processor's time.
        func filling(_ size: Int) -> Side {
          Side { iterations in
            var total = 0.0
            for _ in 0..<iterations {
              let made = try (0..<100_000 / size).map { _ in try Registries.emptyFamily(limit: 100_000) }
              let reading = Crew.one.run(1) { _ in
                for (part, (_, family)) in made.enumerated() {
                  Registries.fill(family, hosts[part * size..<(part + 1) * size])
                }
              }
              total += reading.nanoseconds * reading.presence
            }
            return Reading(nanoseconds: total / Double(iterations), presence: 1)
          }.divided(by: 100_000)
        }
        return .compared(try .of(filling(100_000), filling(1_000)))
      }
    ]
  }

  private static var allocations: [Row] {
    func counted(_ name: String, _ work: @escaping (Recording, Int) -> Void) -> Row {
      Row("heap allocations: \(name)", 0) {
        guard allocation_counter_available() != 0 else {
          return .absent("allocations are counted with glibc only")
        }
        let recording = try Recording()
        // Once before, for what is made on first use and kept.
        work(recording, 1000)
        return .quantity(allocationsPerOperation(10_000) { work(recording, 10_000) }, .count)
      }
    }
    return [
      Row("heap allocations: control that makes one object each time", 1, exactly: true) {
        guard allocation_counter_available() != 0 else {
          return .absent("allocations are counted with glibc only")
        }
        return .quantity(allocationsPerOperation(10_000) { allocateBoxes(10_000) }, .count)
      },
      counted("Counter.increment()") { $0.increment($1) },
      counted("Counter.increment(), held") { $0.incrementHeld($1) },
      counted("Histogram.observe") { $0.observe($1) },
      counted("closed family, 3 labels, access and increment") { $0.incrementClosed($1) },
      counted("bounded family, 4 labels, lookup and increment") { $0.incrementBounded($1) },
      counted("timer, start and observe") { $0.time($1) },
    ]
  }

  static func allocationsPerOperation(_ operations: Int, _ work: () -> Void) -> Double {
    allocation_counter_start()
    work()
    return Double(allocation_counter_stop().allocations) / Double(operations)
  }

  private static var memory: [Row] {
    [
      Row("memory of 100,000 idle counters, bounded family, 2 labels: bytes a series", 300) {
        guard allocation_counter_available() != 0 else { return .absent("memory is counted with glibc only") }
        let hosts = hostNames(0..<100_000)
        let (registry, family) = try Registries.emptyFamily(limit: 100_000)
        allocation_counter_trim()
        let resident = ResidentMemory.now
        allocation_counter_start()
        Registries.fill(family, hosts[...])
        let counts = allocation_counter_stop()
        let grown = ResidentMemory.now - resident
        // The names live on as well, or their end would be counted as memory given back.
        return withExtendedLifetime((registry, hosts)) {
          .quantity(
            Double(counts.live_bytes) / 100_000, .bytes,
            note: "heap blocks with their headers; resident memory grew by \(grown / 100_000) bytes a series")
        }
      }
    ]
  }
}
