// How does a client see that the mail of before is gone? By names that no earlier start can have given.

/// Mail lives as long as the process, so UIDs and ids begin anew with each start. A client that took new mail for old
/// would delete what it never saw (RFC 3501 section 2.3.1.1, RFC 8620 section 1.6.2).
struct StoreGeneration: Sendable, Equatable {
  /// Greater than that of every start before, as long as the clock goes forward; until the year 2041.
  let uidValidity: UInt32
  /// The first of the numbers that ids and states are made of. From one start to the next there are more of them than
  /// could be used up meanwhile.
  let firstID: Int

  /// The first there is, for a store that nobody saw before.
  static let first = StoreGeneration(startingAt: .zero)

  /// - Parameter start: since 1970.
  init(startingAt start: Duration) {
    let eighths = (start - .seconds(1_704_067_200)) / .milliseconds(125)
    uidValidity = UInt32(clamping: max(1, Int(exactly: eighths.rounded()) ?? 1))
    firstID = Int(uidValidity - 1) << 24 + 1
  }
}
