// How much memory does the process use, and how much may it?

/// Memory of the control group against its limit.
struct MemoryReading: Sendable, Hashable {
  /// Bytes in use without the page cache that the kernel can drop at once, as the kubelet counts them.
  let workingSetBytes: UInt64
  /// The limit in bytes; `nil` without one.
  let limitBytes: UInt64?
}
