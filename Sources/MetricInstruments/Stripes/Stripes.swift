// Into how many stripes is an instrument divided, and which is the calling thread's?

public import CObservabilityShims

/// How a striped instrument is divided.
@usableFromInline
enum Stripes {
  /// Bytes between stripes. Two cache lines: processors fetch neighbouring lines in pairs.
  @inlinable
  static var stride: Int { 128 }

  /// A power of two, at least twice the processors, so that two busy threads rarely share a stripe.
  static let count = Int(mailobs_stripe_count())

  // The ways to choose, in nanoseconds an operation: two threads on two processors (AMD EPYC, family 26), medians of
  // the 3 to 6 runs of each in which both threads had a processor throughout. A raw relaxed addition takes 5 alone and
  // 13 to 15 shared.
  //
  //                                        Counter.increment   Histogram.observe
  //   a number each thread is given               6.0                 9.3
  //   the processor, by sched_getcpu              6.8                 9.8
  //   the processor, by the rseq area             6.0                 9.3
  //   a hash of pthread_self                      6.5                 9.5
  //
  // Speed does not decide between the number and rseq, which measure alike. The number works on every system, and a
  // thread that meets another moves away for good; threads whose hashes are equal would meet again each time. More
  // than two processors were not measured.
  /// The calling thread's stripe, less than `count`.
  @inline(__always)
  static func current() -> Int { Int(mailobs_thread_stripe()) }

  /// The calling thread's stripe; nil before its first use of any.
  @inlinable
  @inline(__always)
  static var assigned: Int? {
    let number = Int(mailobs_thread_stripe_number())
    return number == 0 ? nil : number &- 1
  }

  /// Another stripe, for this thread from now on: it has just met somebody on its old one.
  static func move() -> Int { Int(mailobs_thread_stripe_move()) }
}
