// Can a file of the kernel hold anything that breaks its reader, or that no metric can hold?

import FuzzSupport
@testable import ProcessMetrics

/// What libFuzzer calls for each input.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzz(_ start: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
  let text = KernelText(UnsafeRawBufferPointer(start: start, count: count))
  if let stat = ProcessStat(text), let ticks = stat.startTicks {
    let time = ProcessStat.startTime(ticks: ticks, ticksPerSecond: 100, bootTime: stat.residentPages ?? 0)
    require(isFigure(time), "the process has started at \(String(describing: time))")
  }
  _ = (ProcessStat.bootTime(text), NetworkOctets(text))
  let (throttling, pressure) = (CgroupText.throttling(text), CgroupText.pressure(text))
  for figure in [CgroupText.cores(text), throttling.throttledSeconds, pressure.some, pressure.full] {
    require(isFigure(figure), "\(String(describing: figure)) is no figure")
  }
  for isFirstVersion in [false, true] {
    let stat = CgroupText.memoryStat(text, isFirstVersion: isFirstVersion)
    require(isFirstVersion || stat.inheritedLimit == nil, "version 2 has a limit of version 1")
  }
  return 0
}

private func isFigure(_ value: Double?) -> Bool { value.map { $0.isFinite && $0 >= 0 } ?? true }
