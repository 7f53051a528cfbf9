// How does a count go on when it is read of another group?

/// A count of the kernel that is told of one file at a time. When another takes its place, as when the process is moved or the
/// least limit is that of another group, it goes on from where it was: what the other has counted before is none of this
/// process's life, and a jump would be taken for a rate.
struct ContinuedCount {
  private var file: KernelPath?
  private var shown = 0.0
  private var offset = 0.0

  /// The count, of which a file now says `value`.
  mutating func value(_ value: Double, in file: KernelPath) -> Double {
    if file != self.file {
      if self.file != nil { offset = shown - value }
      self.file = file
    }
    shown = value + offset
    return shown
  }
}
