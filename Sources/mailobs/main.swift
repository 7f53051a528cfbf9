// How does the command begin and end?

import ObservabilityPlatform

// A reader that has seen enough is no reason to die: the exit code still says what was found.
signal(SIGPIPE, SIG_IGN)
StandardDescriptors.fill()
exit(Command.run(CommandLine.arguments.dropFirst()))
