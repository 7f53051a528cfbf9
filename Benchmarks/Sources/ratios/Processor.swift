// On which processor are the rows measured?

#if canImport(Darwin)
  internal import Darwin
#elseif canImport(Musl)
  internal import Musl
#else
  internal import Glibc
#endif

/// The processor as the system describes it.
enum Processor {
  /// Its name, family and model, as in `/proc/cpuinfo`, and how many there are.
  static var description: String {
    let fields = ["model name", "cpu family", "model"].map { "\($0) \(field($0) ?? "unknown")" }
    return "\(sysconf(Int32(_SC_NPROCESSORS_ONLN))) processors: " + fields.joined(separator: ", ")
  }

  private static func field(_ name: String) -> String? {
    guard let file = fopen("/proc/cpuinfo", "r") else { return nil }
    defer { fclose(file) }
    var line = [CChar](repeating: 0, count: 4096)
    while fgets(&line, Int32(line.count), file) != nil {
      let bytes = line.prefix { $0 != 0 && $0 != 10 }.map { UInt8(bitPattern: $0) }
      let text = String(decoding: bytes, as: UTF8.self)
      let parts = text.split(separator: ":", maxSplits: 1)
      guard parts.count == 2, parts[0].split(whereSeparator: \.isWhitespace).joined(separator: " ") == name
      else { continue }
      return parts[1].split(separator: " ").joined(separator: " ")
    }
    return nil
  }
}
