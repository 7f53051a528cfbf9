// What may the process use by its control groups, and what do these say of it?

import ObservabilityPlatform

/// Reads the files of the process's control groups, of version 1 or 2. Blocks as long as the kernel takes to write them.
///
/// A limit may be set on any group above, and the least is the one that holds. What is used and how often it was throttled
/// is told of the group that has that limit, so that the two can be compared; without a limit, of the process's own.
struct CgroupReader {
  /// Where the groups are is found once, and again when the process is in another: what it said of that, nil before.
  private var membership: [UInt8]?
  private let membershipPath: KernelPath
  private let root: String
  private var memory: [MemoryFiles] = []
  /// What was not there when the groups were found: a controller may be switched on later. That is seldom, and looking for
  /// what is not there costs as much as reading what is, so it is done at some readings only.
  private var missing: [KernelPath] = []
  private var readings = 0
  static let readingsBetweenLooks = 16
  private var processor: [ProcessorFiles] = []
  private var pressure: [PressureFile] = []
  private var counts = [ContinuedCount](repeating: ContinuedCount(), count: ProcessSeries.allCases.count)

  fileprivate struct MemoryFiles {
    let version: CgroupVersion
    let usage: KernelPath
    let limit: KernelPath
    let throttle: KernelPath?
    let stat: KernelPath
  }

  fileprivate struct ProcessorFiles {
    let limit: KernelPath
    /// Of version 1, where the limit is two files.
    let period: KernelPath?
    let stat: KernelPath
  }

  private struct PressureFile {
    let path: KernelPath
    let some: ProcessSeries
    let full: ProcessSeries
  }

  /// Version 1 says "no limit" with the largest number of whole pages.
  private static let unlimited: UInt64 = 1 << 60

  /// - Parameter root: what is put before `/proc` and `/sys`: empty, or a directory of a test.
  init(root: String) {
    self.root = root
    membershipPath = KernelPath(root + "/proc/self/cgroup")
  }

  mutating func read(into reading: inout ProcessReading, _ buffer: KernelBuffer) {
    guard let groups = buffer.text(of: membershipPath) else { return }
    readings = (readings + 1) % CgroupReader.readingsBetweenLooks
    let isElsewhere = membership.map { !groups.equals($0) } ?? true
    if isElsewhere || readings == 0 && missing.contains(where: \.exists) { find(groups.copy) }
    readMemory(into: &reading, buffer)
    readProcessor(into: &reading, buffer)
    for file in pressure {
      guard let text = buffer.text(of: file.path) else { continue }
      let pressure = CgroupText.pressure(text)
      reading[file.some] = count(file.some, pressure.some, in: file.path)
      reading[file.full] = count(file.full, pressure.full, in: file.path)
    }
  }

  private mutating func count(_ series: ProcessSeries, _ value: Double?, in file: KernelPath) -> Double? {
    value.map { counts[series.rawValue].value($0, in: file) }
  }

  private func readMemory(into reading: inout ProcessReading, _ buffer: KernelBuffer) {
    guard let own = memory.first else { return }
    var (limit, limited): (UInt64?, Int) = (nil, 0)
    var throttle: UInt64?
    var stat = CgroupText.MemoryStat()
    if own.version == .one, let text = buffer.text(of: own.stat) {
      // The groups outside of a container cannot be seen, but this one says what all of them allow.
      stat = CgroupText.memoryStat(text, isFirstVersion: true)
    }
    for (place, files) in memory.enumerated() {
      // Nothing above a group without a limit has one either.
      if let inherited = stat.inheritedLimit, inherited >= CgroupReader.unlimited, files.version == .one {
        continue
      }
      if let number = buffer.number(in: files.limit), number < min(limit ?? .max, CgroupReader.unlimited) {
        (limit, limited) = (number, place)
      }
      if let path = files.throttle, let number = buffer.number(in: path) {
        throttle = min(throttle ?? .max, number)
      }
    }
    if let number = stat.inheritedLimit, number < min(limit ?? .max, CgroupReader.unlimited) {
      (limit, limited) = (number, 0)
    }
    reading[.cgroupMemoryLimit] = limit.map { Double($0) }
    reading[.cgroupMemoryHigh] = throttle.map { Double($0) }
    let files = memory[limited]
    guard let usage = buffer.number(in: files.usage) else { return }
    reading[.cgroupMemory] = Double(usage)
    // Of version 1 the process's own was read already.
    if limited > 0 || own.version == .two {
      let text = buffer.text(of: files.stat)
      stat = text.map { CgroupText.memoryStat($0, isFirstVersion: files.version == .one) } ?? .init()
    }
    reading[.cgroupWorkingSet] = stat.pageCache.map { Double(usage - min(usage, $0)) }
  }

  private mutating func readProcessor(into reading: inout ProcessReading, _ buffer: KernelBuffer) {
    var least: (cores: Double, files: ProcessorFiles)?
    for files in processor {
      if let cores = cores(files, buffer), cores < least?.cores ?? .infinity { least = (cores, files) }
    }
    guard let least else { return }
    reading[.cgroupCores] = least.cores
    let file = least.files.stat
    guard let text = buffer.text(of: file) else { return }
    let throttling = CgroupText.throttling(text)
    reading[.cgroupPeriods] = count(.cgroupPeriods, throttling.periods.map { Double($0) }, in: file)
    reading[.cgroupThrottledPeriods] = count(
      .cgroupThrottledPeriods, throttling.throttledPeriods.map { Double($0) }, in: file)
    reading[.cgroupThrottled] = count(.cgroupThrottled, throttling.throttledSeconds, in: file)
  }

  private func cores(_ files: ProcessorFiles, _ buffer: KernelBuffer) -> Double? {
    guard let path = files.period else { return buffer.text(of: files.limit).flatMap(CgroupText.cores) }
    guard let quota = buffer.number(in: files.limit), let period = buffer.number(in: path) else { return nil }
    return CgroupText.cores(quota: quota, period: period)
  }

  // MARK: - Where they are

  /// - Parameter groups: what the process has said of the groups that it is in.
  private mutating func find(_ groups: [UInt8]) {
    (membership, memory, missing, processor, pressure) = (nil, [], [], [], [])
    let mounts = CgroupMounts(root: root)
    let (ofMemory, ofProcessor): ([CgroupMounts.Group], [CgroupMounts.Group])
    do throws(SystemError) {
      (ofMemory, ofProcessor) = (try mounts.groups(of: "memory"), try mounts.groups(of: "cpu"))
    } catch {
      // No descriptor was left, or the like: it is tried again the next time.
      return
    }
    for (version, directory) in directories(ofMemory) {
      memory.append(MemoryFiles(version, directory))
    }
    // A hierarchy of version 2 beside one of version 1 has no memory, and is not to be asked for it.
    missing = memory.map(\.usage).filter { !$0.exists }
    memory.removeAll { !$0.usage.exists }
    for (version, directory) in directories(ofProcessor) {
      processor.append(ProcessorFiles(version, directory))
    }
    missing += processor.map(\.limit).filter { !$0.exists }
    processor.removeAll { !$0.limit.exists }
    if let (_, own) = directories(ofMemory.filter { $0.version == .two }).first {
      pressure = [
        PressureFile(path: KernelPath(own + "/memory.pressure"), some: .memorySome, full: .memoryFull),
        PressureFile(path: KernelPath(own + "/cpu.pressure"), some: .processorSome, full: .processorFull),
        PressureFile(path: KernelPath(own + "/io.pressure"), some: .diskSome, full: .diskFull),
      ]
    }
    membership = groups
  }

  /// Those that this process can see, its own first.
  private func directories(_ groups: [CgroupMounts.Group]) -> [(CgroupVersion, String)] {
    groups.flatMap { group in group.directories.map { (group.version, root + $0) } }
      .filter { KernelPath($0.1).exists }
  }
}

extension CgroupReader.MemoryFiles {
  fileprivate init(_ version: CgroupVersion, _ directory: String) {
    let isFirst = version == .one
    self.init(
      version: version,
      usage: KernelPath(directory + (isFirst ? "/memory.usage_in_bytes" : "/memory.current")),
      limit: KernelPath(directory + (isFirst ? "/memory.limit_in_bytes" : "/memory.max")),
      throttle: isFirst ? nil : KernelPath(directory + "/memory.high"),
      stat: KernelPath(directory + "/memory.stat"))
  }
}

extension CgroupReader.ProcessorFiles {
  fileprivate init(_ version: CgroupVersion, _ directory: String) {
    let isFirst = version == .one
    self.init(
      limit: KernelPath(directory + (isFirst ? "/cpu.cfs_quota_us" : "/cpu.max")),
      period: isFirst ? KernelPath(directory + "/cpu.cfs_period_us") : nil,
      stat: KernelPath(directory + "/cpu.stat"))
  }
}
