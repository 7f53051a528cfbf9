// How is everything read that is known of the process?

import CObservabilityShims
import ObservabilityPlatform

/// Reads what the system says of this process. Blocks as long as the kernel takes to write it; one thread at a time.
///
/// What cannot be read has no value: on another platform, in a container without `/proc`, or where no descriptor is left.
struct ProcessReader {
  private let start: ProcessStart
  private var reading = ProcessReading()
  #if os(Linux) || os(Android)
    private let buffer = KernelBuffer()
    private let root: String
    private let stat: KernelPath
    private let netstat: NetstatFile
    private let descriptors: KernelPath
    private var cgroups: CgroupReader
  #endif

  /// - Parameters:
  ///   - root: what is put before `/proc` and `/sys`: empty, or a directory of a test.
  ///   - start: who keeps the time of the start.
  init(root: String = "", start: ProcessStart = .ofThisProcess) {
    self.start = start
    #if os(Linux) || os(Android)
      self.root = root
      stat = KernelPath(root + "/proc/self/stat")
      netstat = NetstatFile(root: root)
      descriptors = KernelPath(root + "/proc/self/fd")
      cgroups = CgroupReader(root: root)
    #endif
  }

  /// What is known now. Let go of it before the next reading, whose memory is the same then.
  mutating func read() -> ProcessReading {
    reading.clear()
    reading[.processorTime] = ProcessReader.processorTime
    reading[.virtualLimit] = ProcessReader.limit(RLIMIT_AS)
    reading[.descriptorLimit] = ProcessReader.limit(RLIMIT_NOFILE)
    readSystem()
    return reading
  }

  /// Of all threads, those that have ended included, in seconds.
  private static var processorTime: Double? {
    var time = timespec()
    guard clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time) == 0 else { return nil }
    return Double(time.tv_sec) + Double(time.tv_nsec) / 1e9
  }

  #if canImport(Glibc)
    typealias Resource = __rlimit_resource
  #else
    typealias Resource = Int32
  #endif

  /// The soft limit; infinity is one. Nil when there is no such limit.
  static func limit(_ resource: Resource) -> Double? {
    var limits = rlimit()
    #if canImport(Glibc)
      let code = getrlimit(__rlimit_resource_t(resource.rawValue), &limits)
    #else
      let code = getrlimit(resource, &limits)
    #endif
    guard code == 0 else { return nil }
    // The largest value is RLIM_INFINITY on Linux, half of it on macOS.
    let soft = UInt64(limits.rlim_cur)
    return soft >= UInt64(Int64.max) ? .infinity : Double(soft)
  }

  #if os(Linux) || os(Android)
    private mutating func readSystem() {
      if let text = buffer.text(of: stat), let stat = ProcessStat(text) {
        reading[.threads] = stat.threads.map { Double($0) }
        reading[.virtual] = stat.virtualBytes.map { Double($0) }
        reading[.resident] = stat.residentPages.map { Double($0) * Double(getpagesize()) }
        reading[.start] = stat.startTicks.flatMap { ticks in
          start.seconds(of: getpid()) { startTime(ticks) }
        }
      }
      let open = descriptors.withCString { mailobs_count_descriptors($0) } ?? -1
      if open >= 0 { reading[.descriptors] = Double(open) }
      if let text = netstat.text(buffer), let octets = NetworkOctets(text) {
        reading[.received] = octets.received.map { Double($0) }
        reading[.sent] = octets.sent.map { Double($0) }
      }
      cgroups.read(into: &reading, buffer)
    }

    private func startTime(_ ticks: UInt64) -> Double? {
      // With a line for each processor and a number for each interrupt it is longer than the buffer; it is read once.
      guard let text = try? readSmallFile(root + "/proc/stat", limit: 1 << 20) else { return nil }
      let boot = Array(text.utf8).withUnsafeBytes { ProcessStat.bootTime(KernelText($0)) }
      return boot.flatMap {
        ProcessStat.startTime(ticks: ticks, ticksPerSecond: sysconf(Int32(_SC_CLK_TCK)), bootTime: $0)
      }
    }
  #elseif canImport(Darwin)
    private mutating func readSystem() {
      var task = proc_taskinfo()
      let taskSize = Int32(MemoryLayout<proc_taskinfo>.size)
      if proc_pidinfo(getpid(), PROC_PIDTASKINFO, 0, &task, taskSize) == taskSize {
        reading[.resident] = Double(task.pti_resident_size)
        reading[.virtual] = Double(task.pti_virtual_size)
        reading[.threads] = Double(task.pti_threadnum)
      }
      reading[.start] = start.seconds(of: getpid()) {
        var process = proc_bsdinfo()
        let size = Int32(MemoryLayout<proc_bsdinfo>.size)
        guard proc_pidinfo(getpid(), PROC_PIDTBSDINFO, 0, &process, size) == size else { return nil }
        return Double(process.pbi_start_tvsec) + Double(process.pbi_start_tvusec) / 1e6
      }
      guard let entries = opendir("/dev/fd") else { return }
      defer { closedir(entries) }
      var count = 0
      while readdir(entries) != nil { count += 1 }
      // Not ".", "..", and the descriptor of the directory itself.
      reading[.descriptors] = Double(max(0, count - 3))
    }
  #else
    private mutating func readSystem() {}
  #endif
}
