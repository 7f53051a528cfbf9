// How do boards become files?

import ObservabilityPlatform

/// What `mailobs dashboards` was asked for.
struct DashboardRequest: Equatable, Sendable {
  /// The folder, which is made when it is not there.
  var output: String
  var set: BoardSet
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
    let folder = try OutputFolder(request.output)
    for (name, bytes) in contents(request.set) { onWritten(try folder.write(name, bytes)) }
    return BoardName.allCases.filter { name in !request.set.boards.contains { $0.name == name } }
      .map { folder.path(of: "\($0.rawValue).json") }.filter { access($0, F_OK) == 0 }
  }
}
