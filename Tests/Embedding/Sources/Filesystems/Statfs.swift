// How is statfs(2) called, where there is one?

import CStatfs
#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#endif

/// What is thrown where nobody has written it.
func notImplemented(on system: String) -> Filesystem.StatError {
  Filesystem.StatError(description: "statfs is not implemented on \(system)")
}

#if os(Linux)
  /// Source: statfs(2) and linux/magic.h.
  private let names: [UInt32: String] = [
    0xEF53: "EXT4", 0x6969: "NFS", 0x5846_5342: "XFS", 0x9123_683E: "BTRFS", 0x2FC1_2FC1: "ZFS",
    0x0102_1994: "TMPFS",
    0x794C_7630: "OVERLAYFS", 0x6573_5546: "FUSE", 0xFF53_4D42: "CIFS", 0xFE53_4D42: "SMB2", 0x4D44: "VFAT",
    0x9FA0: "PROC", 0x6265_6572: "SYSFS", 0x7371_7368: "SQUASHFS", 0xF2F5_2010: "F2FS", 0x0102_1997: "9P",
    0x00C3_6400: "CEPH",
  ]

  func statfsOfThisSystem(_ path: String) throws(Filesystem.StatError) -> Filesystem {
    var stat = statfs()
    while statfs(path, &stat) != 0 {
      guard errno == EINTR else {
        throw Filesystem.StatError(description: "statfs \(path): \(String(cString: strerror(errno)))")
      }
    }
    let type = UInt32(truncatingIfNeeded: stat.f_type)
    // Before Linux 2.6 there were no fragments.
    let block = UInt64(clamping: stat.f_frsize == 0 ? stat.f_bsize : stat.f_frsize)
    func bytes(_ blocks: some BinaryInteger) -> UInt64 {
      let (bytes, overflow) = UInt64(clamping: blocks).multipliedReportingOverflow(by: block)
      return overflow ? .max : bytes
    }
    return Filesystem(
      path: path, type: names[type] ?? "0x" + String(type, radix: 16), files: UInt64(clamping: stat.f_files),
      freeFiles: UInt64(clamping: stat.f_ffree), size: bytes(stat.f_blocks), free: bytes(stat.f_bfree),
      available: bytes(stat.f_bavail))
  }
#else
  func statfsOfThisSystem(_ path: String) throws(Filesystem.StatError) -> Filesystem {
    #if os(macOS)
      throw notImplemented(on: "macOS")
    #elseif os(FreeBSD)
      throw notImplemented(on: "FreeBSD")
    #else
      throw notImplemented(on: "this system")
    #endif
  }
#endif
