// Does the process have the descriptors that everything else counts on?

import ObservabilityPlatform

enum StandardDescriptors {
  struct Shortage: Error, CustomStringConvertible {
    var description: String {
      "fewer than \(StandardDescriptors.needed) file descriptors are free; ulimit -n allows more"
    }
  }

  /// For the loops, the listeners and the runtime's own: a shortage there would end the process, or come when it is
  /// said to be ready.
  static let needed = 32

  /// Opens what whoever started the process has closed, so that no socket of ours is taken for the terminal, and makes
  /// sure that others can be opened.
  static func secure() throws(Shortage) {
    for descriptor in [STDIN_FILENO, STDOUT_FILENO, STDERR_FILENO] where !isOpen(descriptor) {
      // The lowest that is free, which is this one.
      guard open("/dev/null", O_RDWR) == descriptor else { throw Shortage() }
    }
    let tried = (0..<needed).map { _ in dup(STDIN_FILENO) }
    for descriptor in tried where descriptor >= 0 { _ = close(descriptor) }
    guard tried.allSatisfy({ $0 >= 0 }) else { throw Shortage() }
  }

  private static func isOpen(_ descriptor: Int32) -> Bool { fcntl(descriptor, F_GETFD) >= 0 }
}
