// How do files come into a folder?

import ObservabilityPlatform

/// Why a file could not be written, on one line.
struct OutputFailure: Error, Equatable {
  let reason: String
}

/// A folder that is written to, and made when it is not there.
struct OutputFolder {
  private let path: String

  init(_ path: String) throws(OutputFailure) {
    self.path = path.hasSuffix("/") ? path : path + "/"
    var place = path.startIndex
    while place < path.endIndex {
      place = path[place...].dropFirst().firstIndex(of: "/") ?? path.endIndex
      guard mkdir(String(path[..<place]), 0o777) != 0 else { continue }
      let code = errno
      // What cannot be made may be there all the same, or be told of by the file that cannot be written.
      guard code == EEXIST || place < path.endIndex else { throw OutputFolder.failure(path, code) }
    }
  }

  /// Where a file of this name is.
  func path(of name: String) -> String { path + name }

  /// Writes the whole of a file or nothing: Prometheus or Grafana may read the folder meanwhile.
  ///
  /// - Returns: its path.
  func write(_ name: String, _ bytes: some Collection<UInt8>) throws(OutputFailure) -> String {
    let path = path(of: name)
    let draft = path + ".new"
    let descriptor = open(draft, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o666)
    guard descriptor >= 0 else { throw OutputFolder.failure(draft, errno) }
    var output = Output(descriptor)
    output.write(bytes)
    output.flush()
    var reason = output.failure
    // Some file systems say only now that there was no room.
    if close(descriptor) != 0, reason == nil { reason = SystemError.text(errno) }
    if let reason {
      unlink(draft)
      throw OutputFailure(reason: "\(draft.oneLine(atMost: 1_024)): \(reason)")
    }
    guard rename(draft, path) == 0 else {
      let code = errno
      unlink(draft)
      throw OutputFolder.failure(path, code)
    }
    return path
  }

  private static func failure(_ path: String, _ code: Int32) -> OutputFailure {
    OutputFailure(reason: "\(path.oneLine(atMost: 1_024)): \(SystemError.text(code))")
  }
}
