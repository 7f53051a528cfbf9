// How do boards become files?

import ObservabilityPlatform

/// What `mailobs dashboards` was asked for.
struct DashboardRequest: Equatable, Sendable {
  /// The folder, which is made when it is not there.
  var output: String
  var set: BoardSet
}

/// Why a file could not be written, on one line.
struct OutputFailure: Error, Equatable {
  let reason: String
}

enum DashboardFiles {
  /// Each board's file name, and what stands in it.
  static func contents(_ set: BoardSet) -> [(name: String, bytes: [UInt8])] {
    set.boards.map { ("\($0.name.rawValue).json", BoardJSON(board: $0, set: set).bytes) }
  }

  /// Writes every file, and hands over its path. Other files of the folder stay.
  ///
  /// - Returns: The paths of boards that are there and not written: those of a host with more groups, from an earlier call.
  static func write(
    _ request: DashboardRequest, onWritten: (String) -> Void
  ) throws(OutputFailure) -> [String] {
    try makeFolder(request.output)
    let folder = request.output.hasSuffix("/") ? request.output : request.output + "/"
    for (name, bytes) in contents(request.set) {
      let path = folder + name
      try replace(path, with: bytes)
      onWritten(path)
    }
    return BoardName.allCases.filter { name in !request.set.boards.contains { $0.name == name } }
      .map { "\(folder)\($0.rawValue).json" }.filter { access($0, F_OK) == 0 }
  }

  private static func makeFolder(_ path: String) throws(OutputFailure) {
    var place = path.startIndex
    while place < path.endIndex {
      place = path[place...].dropFirst().firstIndex(of: "/") ?? path.endIndex
      guard mkdir(String(path[..<place]), 0o777) != 0 else { continue }
      let code = errno
      // What cannot be made may be there all the same, or be told of by the file that cannot be written.
      guard code == EEXIST || place < path.endIndex else { throw failure(path, code) }
    }
  }

  /// The whole of it or nothing: a provisioning Grafana reads the folder meanwhile.
  private static func replace(_ path: String, with bytes: [UInt8]) throws(OutputFailure) {
    let draft = path + ".new"
    let descriptor = open(draft, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o666)
    guard descriptor >= 0 else { throw failure(draft, errno) }
    var output = Output(descriptor)
    output.write(bytes)
    output.flush()
    let reason = output.failure
    close(descriptor)
    if let reason {
      unlink(draft)
      throw OutputFailure(reason: "\(draft.oneLine(atMost: 1_024)): \(reason)")
    }
    guard rename(draft, path) == 0 else {
      let code = errno
      unlink(draft)
      throw failure(path, code)
    }
  }

  private static func failure(_ path: String, _ code: Int32) -> OutputFailure {
    OutputFailure(reason: "\(path.oneLine(atMost: 1_024)): \(SystemError.text(code))")
  }
}
