// Who opened a connection?

public import MetricInstruments

/// Who opened a connection.
public enum ConnectionDirection: String, ClosedLabel {
  /// A peer connected to this server.
  case incoming
  /// This server connected to a peer.
  case outgoing
}
