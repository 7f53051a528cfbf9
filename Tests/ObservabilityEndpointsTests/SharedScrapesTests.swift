// Which of those who share a scrape says what there is to encode?

import MetricExposition
import MetricInstruments
import ObservabilityPlatform
import TestSupport
import Testing

@testable import ObservabilityEndpoints

@Suite("Who share a scrape")
struct SharedScrapesTests {
  @Test(
    "get what there was when the last of them asked, in whatever order they have joined",
    arguments: [[0, 1, 2], [2, 0, 1], [1, 2, 0], [2, 1, 0]])
  func latest(order: [Int]) throws {
    let (shared, admission) = (SharedScrapes(), ScrapeAdmission(limit: 3))
    let format = ExpositionFormat(.text)
    let key = SharedScrapes.Key(format: format, names: [], limit: .seconds(1), least: 0)
    let variables = PublishedVariables(try Registry(namespace: "mail"))
    let encoding = EncodingThread(timer: ManualClock())
    let (start, gathered) = (ContinuousClock.now, Locked<[Int]>([]))
    var seats: [SharedScrape.Seat] = []
    for number in order {
      let slot = try #require(admission.enter())
      seats.append(
        shared.join(key, slot, since: start + .seconds(number)) {
          gathered.withLock { $0.append(number) }
          return GatheredMetrics(registered: [])
        })
    }
    for seat in seats {
      _ = seat.scrape { slot, gather, readers in
        let encoder = format.encoder(of: gather(), variables)
        let scrape = Scrape(encoder, slot, SpoolBudget(limit: 0), readers: readers, on: encoding)
        return EncodedScrape(scrape: scrape, first: [])
      }
    }
    #expect(gathered.withLock { $0 } == [2])
    for seat in seats { seat.leave() }
    #expect(admission.slotsInUse == 0)
  }
}
