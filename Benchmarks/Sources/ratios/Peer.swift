// How is another library's program started and asked?

#if canImport(Darwin)
  internal import Darwin
#elseif canImport(Musl)
  internal import Musl
#else
  internal import Glibc
#endif

struct PeerError: Error, CustomStringConvertible {
  let description: String
}

/// A child process that takes `name iterations threads` in a line and answers with a line.
final class Peer {
  let name: String
  private let input: UnsafeMutablePointer<FILE>
  private let output: UnsafeMutablePointer<FILE>

  /// Nil when the program is not there or cannot be started.
  init?(_ name: String, path: String) {
    var toChild: [Int32] = [0, 0]
    var fromChild: [Int32] = [0, 0]
    guard access(path, X_OK) == 0, pipe(&toChild) == 0, pipe(&fromChild) == 0 else { return nil }
    #if canImport(Darwin)
      var actions: posix_spawn_file_actions_t?
    #else
      var actions = posix_spawn_file_actions_t()
    #endif
    posix_spawn_file_actions_init(&actions)
    defer { posix_spawn_file_actions_destroy(&actions) }
    posix_spawn_file_actions_adddup2(&actions, toChild[0], 0)
    posix_spawn_file_actions_adddup2(&actions, fromChild[1], 1)
    for descriptor in toChild + fromChild { posix_spawn_file_actions_addclose(&actions, descriptor) }
    var child = pid_t()
    var arguments: [UnsafeMutablePointer<CChar>?] = [strdup(path), nil]
    defer { free(arguments[0]) }
    let started = posix_spawn(&child, path, &actions, nil, &arguments, environ) == 0
    close(toChild[0])
    close(fromChild[1])
    // The next peer must not hold this one's pipes open.
    _ = fcntl(toChild[1], F_SETFD, FD_CLOEXEC)
    _ = fcntl(fromChild[0], F_SETFD, FD_CLOEXEC)
    // A child whose input ends exits by itself, so none is left behind.
    guard started, let input = fdopen(toChild[1], "w"), let output = fdopen(fromChild[0], "r") else {
      return nil
    }
    self.name = name
    self.input = input
    self.output = output
  }

  func run(_ work: String, iterations: Int, threads: Int) throws -> Reading {
    fputs("\(work) \(iterations) \(threads)\n", input)
    fflush(input)
    var line = [CChar](repeating: 0, count: 256)
    guard fgets(&line, Int32(line.count), output) != nil else {
      throw PeerError(description: "\(name) ended")
    }
    let text = String(
      decoding: line.prefix { $0 != 0 && $0 != 10 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
    let words = text.split(separator: " ").compactMap { Double($0) }
    guard words.count == 2, words[0] > 0 else {
      throw PeerError(description: "\(name) answered \"\(text)\" to \(work)")
    }
    return Reading(nanoseconds: words[0], presence: words[1])
  }
}

/// The peers, each built and started when a row first asks for it.
@MainActor
enum Peers {
  private static var started: [String: Peer] = [:]
  private static var isBuilt = false
  /// Sources/ratios/Peer.swift is where this package was when it was compiled.
  private static let folder = #filePath.split(separator: "/", omittingEmptySubsequences: false).dropLast(3)
    .joined(separator: "/")

  static func named(_ name: String) -> Peer? {
    if let peer = started[name] { return peer }
    if !isBuilt {
      isBuilt = true
      // It says on standard error what is missing.
      run([folder + "/build-peers"])
    }
    let peer = Peer(name, path: folder + "/.build/peers/" + name)
    started[name] = peer
    return peer
  }

  /// Leaves a file beside the peers for one of them. False when it cannot be written.
  static func write(_ bytes: [UInt8], as name: String) -> Bool {
    guard let file = fopen(folder + "/.build/peers/" + name, "w") else { return false }
    let isWritten = fwrite(bytes, 1, bytes.count, file) == bytes.count
    return fclose(file) == 0 && isWritten
  }

  private static func run(_ command: [String]) {
    var arguments: [UnsafeMutablePointer<CChar>?] = command.map { strdup($0) } + [nil]
    defer { for argument in arguments { free(argument) } }
    var child = pid_t()
    guard posix_spawn(&child, command[0], nil, nil, &arguments, environ) == 0 else { return }
    var status: Int32 = 0
    waitpid(child, &status, 0)
  }
}
