// Who holds a series, and when does it go?

#if SwiftMetrics
  import MetricInstruments
  import ObservabilityPlatform

  /// The series of one metric, and how many handles of each there are.
  final class ExportedFamily<Child: MetricInstrument>: Sendable {
    private struct Holders {
      var count = 0
      /// Whether one of them was the last to say that the series may go; one that comes later wants it to stay.
      var isGivenUp = false
    }

    let family: SparseFamily<Child>
    // Of series that are held, and so have an address that is nobody else's. Also held while a series is found or removed, so
    // that one which is being given up is not handed out.
    private let holders = Locked<[ObjectIdentifier: Holders]>([:])

    init(_ family: SparseFamily<Child>) { self.family = family }

    func hold(_ labels: [(String, String)]) -> SeriesHold<Child> {
      let series = holders.withLock { holders in
        let series = family.series(labels)
        holders[ObjectIdentifier(series), default: Holders()].count += 1
        holders[ObjectIdentifier(series)]?.isGivenUp = false
        return series
      }
      return SeriesHold(series, of: self)
    }

    func release(_ series: Child, removing: Bool) {
      let key = ObjectIdentifier(series)
      holders.withLock { holders in
        guard var left = holders[key] else { return }
        left.count -= 1
        left.isGivenUp = left.isGivenUp || removing
        holders[key] = left.count > 0 ? left : nil
        if left.count == 0, left.isGivenUp { family.remove(series) }
      }
    }
  }
#endif
