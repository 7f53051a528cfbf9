// How do the benchmarks record as a program does whose server runs?

public import MetricInstruments
import ObservabilityPlatform

extension Registry {
  /// Bounds from now on how often the source of exemplars is asked, as a server's loop does.
  public func countExemplarTicks() { _ = beginExemplarTicks(on: TaskSleepTimer()) }
}
