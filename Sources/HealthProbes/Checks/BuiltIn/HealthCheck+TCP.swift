// Does something accept connections at an address?

extension HealthCheck {
  /// A check that a TCP connection to a host and port can be made. It is closed at once; nothing is sent.
  ///
  /// Every address of the name is tried in the order of the resolver until one accepts. Resolving a name
  /// blocks, so it runs on a thread of its own; an address needs none, and connecting does not either.
  ///
  /// - Parameters:
  ///   - host: a name, or an IPv4 or IPv6 address without brackets.
  ///   - port: 1 to 65535.
  /// - Throws: ``HealthError`` when the name, the host or the port makes no sense.
  public static func tcpConnect(
    _ name: String,
    host: String,
    port: Int,
    settings: Settings = Settings()
  ) throws(HealthError) -> HealthCheck {
    guard !host.isEmpty, !host.utf8.contains(0), host.utf8.count <= 255 else {
      throw HealthError(.invalidSetting, of: name, "the host is empty, too long or has a NUL in it")
    }
    guard (1...65_535).contains(port) else {
      throw HealthError(.invalidSetting, of: name, "the port must be 1 to 65535")
    }
    // A little before the check's own deadline, because then the reason says which address is silent.
    let timeout = min(settings.deadline, Settings.longest) * 9 / 10
    return try HealthCheck(
      name, settings,
      .task { progress in
        try await TCPConnection.attempt(host: host, port: port, timeout: timeout, progress)
        return HealthObservation(.pass)
      })
  }
}
