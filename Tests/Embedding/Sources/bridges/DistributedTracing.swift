// What does the documentation say of traces by swift-distributed-tracing?

import MailObservabilityDistributedTracing
import Tracing

func traceLibraries(metrics: MetricsCollector, store: SomeStore) async throws {
  try metrics.startTracing(TracingConfig(serviceName: "mx1"))
  InstrumentationSystem.bootstrap(DistributedTracer(metrics.tracing))

  try await metrics.tracing.withSpan(.smtp(.data)) { span in
    span["mail.size"] = 4096
    try await store.keep()  // what a library traces in here belongs to the span
  }
}

/// What a library does, which knows nothing of mail.
struct SomeStore {
  func keep() async throws {
    try await withSpan("INSERT messages", ofKind: .client) { span in
      span.attributes["db.system.name"] = "postgresql"
      try await Task.sleep(for: .milliseconds(1))
    }
  }
}
