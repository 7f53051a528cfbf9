// What does one run find, the figures on its way included?

/// What one run found, and the figures it found on its way.
struct HealthObservation: Sendable {
  var result: HealthResult
  var reading: FilesystemReading?

  init(_ result: HealthResult, reading: FilesystemReading? = nil) {
    self.result = result
    self.reading = reading
  }
}
