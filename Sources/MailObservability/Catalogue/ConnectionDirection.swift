// Who opened a connection?

public import MetricInstruments

/// Who opened a connection.
public enum ConnectionDirection: String, ClosedLabel {
  case incoming, outgoing
}
