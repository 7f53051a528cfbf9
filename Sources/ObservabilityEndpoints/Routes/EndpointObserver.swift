// Who hears of what the endpoints do?

package import MetricExposition

/// Hears of scrapes and of what goes wrong. Called from any thread; must not block.
package struct EndpointObserver: Sendable {
  /// A scrape that was answered.
  package struct ScrapeRecord: Sendable {
    package let form: ExpositionForm
    /// Of gathering and encoding; what the client takes to read is not in it.
    package let duration: Duration
    package let bytes: Int
  }

  package var scraped: @Sendable (ScrapeRecord) -> Void = { _ in }
  package var log: @Sendable (String) -> Void = { _ in }
  /// What an operator has to mend.
  package var logError: @Sendable (String) -> Void = { _ in }

  package init() {}
}
