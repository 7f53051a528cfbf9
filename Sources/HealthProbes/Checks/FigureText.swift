// How are durations, fractions and bytes written in a reason, for people?

import ObservabilityPlatform

extension Duration {
  /// `800 ms`, `1.5 s`, `2 min`: for reasons, which people read.
  package var brief: String {
    let (seconds, attoseconds) = clamped.components
    if seconds == 0 { return "\(attoseconds / 1_000_000_000_000_000) ms" }
    if seconds < 10 {
      let tenths = attoseconds / 100_000_000_000_000_000
      return tenths == 0 ? "\(seconds) s" : "\(seconds).\(tenths) s"
    }
    if seconds < 120 { return "\(seconds) s" }
    if seconds < 7200 { return "\(seconds / 60) min" }
    if seconds < 172_800 { return "\(seconds / 3600) h" }
    return "\(seconds / 86_400) days"
  }
}

/// A fraction as a whole number of per cent, for people.
func percent(_ fraction: Double) -> String {
  let value = (fraction * 100).rounded(.down)
  return "\(Int(exactly: min(max(value, 0), 1_000_000)) ?? 0)%"
}

/// Bytes in the largest binary unit that leaves at least one, for people.
func byteText(_ bytes: UInt64) -> String {
  for (shift, unit) in [(40, "TiB"), (30, "GiB"), (20, "MiB"), (10, "KiB")] where bytes >> shift > 0 {
    return "\(bytes >> shift) \(unit)"
  }
  return "\(bytes) B"
}
