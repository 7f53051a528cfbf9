// What is a family to the registry that holds it and the encoder that walks it?

/// A family without its Swift type: a descriptor and the series that exist.
package final class FamilyCore: Sendable {
  package enum Children: Sendable {
    case counters(FamilySeries<Counter>)
    case gauges(FamilySeries<Gauge>)
    case histograms(FamilySeries<Histogram>)
    case variables(FamilySeries<VariableCell>)
    case info(InfoMetric)
    case stateSet(AnyStateSet)

    fileprivate var members: any FamilyMembers {
      switch self {
      case .counters(let series): series
      case .gauges(let series): series
      case .histograms(let series): series
      case .variables(let series): series
      case .info(let info): info
      case .stateSet(let set): set
      }
    }
  }

  package let descriptor: FamilyDescriptor
  package let children: Children
  /// What an encoder wants to keep beside the family; the instruments never look into it.
  package let rendering = RenderingSlot()

  init(_ descriptor: FamilyDescriptor, _ children: Children) {
    self.descriptor = descriptor
    self.children = children
  }

  /// From now on recordings into the family are refused and counted, for label values without a series too.
  func close() { children.members.close() }

  /// Takes out series that were in no use for as long as the family allows, if it is time to look.
  func expireIdleWhenDue() { children.members.expireIdleWhenDue() }

  var seriesCount: Int { children.members.count }

  /// Begins to read the series that there are now.
  package func read() -> FamilyReading {
    switch children {
    case .counters(let series): .counters(series.read())
    case .gauges(let series): .gauges(series.read())
    case .histograms(let series): .histograms(series.read())
    case .variables(let series): .variables(series.read())
    case .info(let info): .info(info)
    case .stateSet(let set): .stateSet(set)
    }
  }
}

/// One reading of a family, in parts where it has many series.
package enum FamilyReading: Sendable {
  case counters(SeriesReading<Counter>)
  case gauges(SeriesReading<Gauge>)
  case histograms(SeriesReading<Histogram>)
  case variables(SeriesReading<VariableCell>)
  case info(InfoMetric)
  case stateSet(AnyStateSet)
}

/// What a registry does to the series of a family, whatever they are.
protocol FamilyMembers {
  func close()
  func expireIdleWhenDue()
  var count: Int { get }
}

extension FamilyMembers {
  func expireIdleWhenDue() {}
}

extension InfoMetric: FamilyMembers {
  var count: Int { 1 }
}

extension AnyStateSet: FamilyMembers {
  var count: Int { names.count }
}
