// How many bytes has the process's network received and sent?

/// What `/proc/self/net/netstat` counts: bytes of IPv4 packets of the network namespace that the process is in, headers of
/// IP included.
///
/// Source: client_golang, `process_network_receive_bytes_total`; Linux, `net/ipv4/proc.c`.
struct NetworkOctets: Equatable {
  var received: UInt64?
  var sent: UInt64?

  init(received: UInt64?, sent: UInt64?) {
    self.received = received
    self.sent = sent
  }

  /// Nil where there are no such lines. A line of names is before each line of numbers, and both begin alike.
  init?(_ text: KernelText) {
    var text = text
    while var names = text.takeLine() {
      guard let group = names.takeWord(), group == "IpExt:" else { continue }
      guard var values = text.takeLine(), let same = values.takeWord(), same == "IpExt:" else { return nil }
      self.init(received: nil, sent: nil)
      while let name = names.takeWord(), let value = values.takeWord() {
        if name == "InOctets" { received = value.number }
        if name == "OutOctets" { sent = value.number }
      }
      return
    }
    return nil
  }
}
