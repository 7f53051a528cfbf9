// How are values exported that are read when somebody asks, rather than recorded?

/// Something that is asked for its values at each scrape.
///
/// Collectors run in parallel on the cooperative pool, each once at a time for all scrapes of a server that come meanwhile;
/// one that is added in the place of another is asked whatever becomes of the other.
/// A scrape waits for them as long as its scraper does; a run is cancelled at the server's own deadline. One that the
/// pool does not come to run within half a second is not waited for, nor is any while the pool runs nothing; up to two
/// seconds are given when the pool was busy lately. The last answer of at most 20,000 series is kept, so that what is the
/// same the next time is neither checked nor rendered again. One that throws or is late loses its own samples only; of what
/// it returns, a family that no scraper would take, whose name is taken, or that comes twice is left out whole
/// and the others are shown. `collector_success{collector}` is 0 for either, and the log has the reason.
public protocol Collector: Sendable {
  /// The value of the label `collector` in `collector_success`.
  var name: String { get }
  /// The names of the families that it may return, so that a scrape which asks for others can leave it alone; empty
  /// when they are not known beforehand. Asked once, when the collector is added, as its name is.
  var familyNames: Set<String> { get }
  /// The current values. Names are complete: no namespace is put before them.
  func collect() async throws -> [CollectedFamily]
}

extension Collector {
  /// Not known beforehand.
  public var familyNames: Set<String> { [] }
}
