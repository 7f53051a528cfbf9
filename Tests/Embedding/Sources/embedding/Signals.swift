// Has somebody asked to hear of a signal?

#if canImport(Darwin)
  import Darwin
#else
  import Glibc
#endif

/// Whether a signal no longer does what it does by default.
func isWatched(_ signal: Int32) -> Bool {
  var action = sigaction()
  sigaction(signal, nil, &action)
  #if canImport(Darwin)
    return action.__sigaction_u.__sa_handler != nil
  #else
    return action.__sigaction_handler.sa_handler != nil
  #endif
}
