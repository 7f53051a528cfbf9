// Does a program that is told to end, end well?
// In processes of their own, since signals are a process's.

import TestSupport
import ObservabilityPlatform
import MailObservability
import Testing

@Suite("Waiting for a signal", .timeLimit(.minutes(30)))
struct SignalTests {
  @Test("drains and ends the server when the signal comes")
  func drains() async {
    await #expect(processExitsWith: .exitCode(7)) {
      let metrics = try MetricsCollector()
      let server = try await metrics.startHTTPServer(.patient)
      let address = server.boundAddress ?? ""
      signalOnceWatched()
      try await server.run(untilSignals: [SIGTERM])
      let isDraining = metrics.health.report().isDraining
      let refused = await onThread { HTTPClient.get("/live", at: address) == nil }
      exit(isDraining && refused ? 7 : 1)
    }
  }

  @Test("waits without a listener too")
  func disabled() async {
    await #expect(processExitsWith: .exitCode(7)) {
      let server = try await MetricsCollector().startHTTPServer(MetricsConfig(enabled: false))
      signalOnceWatched()
      try await server.run(untilSignals: [SIGTERM])
      exit(7)
    }
  }

  @Test("leaves the second signal what it does by default")
  func second() async {
    await #expect(processExitsWith: .signal(SIGTERM)) {
      let server = try await MetricsCollector().startHTTPServer(.patient)
      // The drain would take long.
      async let ended: Void = server.run(untilSignals: [SIGTERM], delay: .seconds(3600))
      await onThread {
        while !isWatched() { usleep(1000) }
        kill(getpid(), SIGTERM)
        while isWatched() { usleep(1000) }
        kill(getpid(), SIGTERM)
      }
      try await ended
    }
  }
}

/// Whether `SIGTERM` does anything but end the process.
private func isWatched() -> Bool {
  var action = sigaction()
  sigaction(SIGTERM, nil, &action)
  #if canImport(Darwin)
    return action.__sigaction_u.__sa_handler != nil
  #else
    return action.__sigaction_handler.sa_handler != nil
  #endif
}

/// Sends `SIGTERM` as soon as it is watched.
private func signalOnceWatched() {
  Task.detached {
    await onThread {
      while !isWatched() { usleep(1000) }
      kill(getpid(), SIGTERM)
    }
  }
}
