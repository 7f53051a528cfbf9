// Does every set of variables make a configuration that can be used, or an error of one line that keeps secrets?

import FuzzSupport
import MailObservability

/// What libFuzzer calls for each input: lines, each with a byte that chooses a variable, and its value; a line that begins
/// with `=` is a name and a value of its own.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzz(_ start: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
  let input = UnsafeBufferPointer(start: start, count: count)
  let known = MetricsConfig.Variable.all
  var variables: [(name: String, value: [UInt8])] = []
  for line in input.split(separator: 10) {
    let value = Array(line.dropFirst())
    if line.first == UInt8(ascii: "=") {
      let parts = value.split(separator: UInt8(ascii: "="), maxSplits: 1)
      let name = String(decoding: parts.first ?? [], as: UTF8.self)
      variables.append(("MAILOBS_" + name, Array(parts.dropFirst().first ?? [])))
    } else if let first = line.first {
      variables.append((known[Int(first) % known.count].name, value))
    }
  }
  do {
    let config = try MetricsConfig(variables: variables)
    // What has been validated stays as it is.
    let again = try config.validated()
    require(again.scrapeDeadline == config.scrapeDeadline, "a deadline changes when it is validated again")
    require(config.maximumConcurrentScrapes >= 1, "no scrape is answered")
  } catch {
    require(error.message.utf8.count <= 4096, "a message is too long")
    require(!error.message.utf8.contains(10), "a message has several lines")
    require(
      error.setting.hasPrefix("MAILOBS_") || known.contains { error.setting.hasPrefix($0.setting) },
      "\(error.setting) is no variable")
    for variable in known where variable.isSecret && error.setting == variable.name {
      require(error.value == "***", "\(error.setting) shows \(error.value)")
    }
  }
  return 0
}
