// How does the program begin and end? Options, one event loop, and a main thread that waits for signals.

import ObservabilityPlatform
import ObservabilitySockets

// Before any thread exists, so that all of them leave the signals to this one.
var signals = StopSignals()

do {
  try StandardDescriptors.secure()
  if CommandLine.arguments.dropFirst().first == "healthcheck" {
    let outcome = Healthcheck.run(CommandLine.arguments.dropFirst(2))
    Terminal.say(outcome.message)
    exit(outcome.exitCode)
  }
  let options = try Options(arguments: CommandLine.arguments.dropFirst())
  if options.wantsHelp {
    Terminal.say(Options.usage)
    exit(EXIT_SUCCESS)
  }
  let loop = try EventLoop(name: "mail")
  let server = try MailServer(options: options, loop: loop)
  Task(executorPreference: loop) {
    do {
      try await server.start()
    } catch {
      Terminal.complain("example-mail-server: \(error)")
      exit(EXIT_FAILURE)
    }
  }
  signals.wait()
  // The end must not need the cooperative pool, which may be what is broken.
  Task(executorPreference: loop) {
    await server.stop()
    exit(EXIT_SUCCESS)
  }
  // Whoever asks twice is in a hurry.
  signals.wait()
  exit(EXIT_FAILURE)
} catch let error as UsageError {
  Terminal.complain("example-mail-server: \(error.message)\n\n\(Options.usage)")
  exit(EX_USAGE)
} catch {
  Terminal.complain("example-mail-server: \(error)")
  exit(EXIT_FAILURE)
}
