// How much of the heap is in use? What the allocator keeps in reserve, and how that changes with load, is left out.

import ObservabilityPlatform

/// The bytes that were allocated and not yet freed, by all threads of this process; nil where the C library does not
/// say so (`malloc_info`, glibc).
package func heapInUse() -> Int? {
  typealias MallocInfo = @convention(c) (Int32, UnsafeMutableRawPointer) -> Int32
  guard let symbol = dlsym(nil, "malloc_info"), let file = tmpfile() else { return nil }
  defer { fclose(file) }
  guard unsafeBitCast(symbol, to: MallocInfo.self)(0, UnsafeMutableRawPointer(file)) == 0 else { return nil }
  rewind(file)
  // The figures of the whole process come after those of each arena, under the same names.
  var last: [String: Int] = [:]
  var buffer = [CChar](repeating: 0, count: 256)
  while fgets(&buffer, 256, file) != nil {
    let line = String(decoding: buffer.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
    let parts = line.split(separator: "\"").map(String.init)
    guard parts.count >= 4, let size = Int(parts[parts.count - 2]) else { continue }
    last[parts[0] + parts[1]] = size
  }
  guard let taken = last["<system type=current"], let fast = last["<total type=fast"],
    let rest = last["<total type=rest"], let mapped = last["<total type=mmap"]
  else { return nil }
  return taken - fast - rest + mapped
}
