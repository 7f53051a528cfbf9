// Can each public type be stored beside Foundation, swift-metrics, swift-distributed-tracing and Hummingbird?
