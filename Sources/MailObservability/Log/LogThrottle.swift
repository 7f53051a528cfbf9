// Which of many messages that are alike are shown, and which are only counted?

/// A limit on repeats, as a pure state machine: messages and the time go in, messages to be shown come out.
///
/// Messages are alike when they say the same up to the first ": ", which names what they are about. In a
/// window of time a message is shown once, and so are a few that are only alike; the rest is counted, and at
/// the end of the window the last of them is shown with how many there were. What goes on is then shown once
/// a window.
struct LogThrottle: Sendable {
  /// The length of a window.
  static let window = Duration.seconds(10)
  /// How many different messages that are alike are shown in a window.
  static let burst = 5
  /// How many windows there are at once. What is about more things than that shares one.
  static let mostWindows = 256

  private struct Window {
    var end: Duration
    var shown: Set<String> = []
    /// The last message that was only counted.
    var held: LogMessage?
    var heldCount = 0
    /// It follows one in which messages were held: nothing is shown before its end.
    var isLasting = false

    mutating func hold(_ message: LogMessage) {
      held = message
      heldCount += 1
    }
  }

  private var windows: [String: Window] = [:]

  /// When ``flush(at:)`` has something to show; nil when nothing is held.
  var nextFlush: Duration? { windows.values.lazy.filter { $0.held != nil }.map(\.end).min() }

  /// Takes in a message at `now`, and returns what is to be shown, in order.
  mutating func take(_ message: LogMessage, at now: Duration) -> [LogMessage] {
    var messages = flush(at: now)
    let kind = kind(of: message)
    var window = windows[kind] ?? Window(end: now + Self.window)
    if window.isLasting || window.shown.count >= Self.burst || !window.shown.insert(message.text).inserted {
      window.hold(message)
    } else {
      messages.append(message)
    }
    windows[kind] = window
    return messages
  }

  /// Counts a message that was to be shown and could not be.
  mutating func count(lost message: LogMessage, at now: Duration) {
    windows[kind(of: message), default: Window(end: now + Self.window)].hold(message)
  }

  /// Ends the windows that are over at `now`, and returns what was held in them; nil ends all.
  mutating func flush(at now: Duration?) -> [LogMessage] {
    var messages: [LogMessage] = []
    for (kind, window) in windows.sorted(by: { $0.value.end < $1.value.end }) {
      if let now, window.end > now { break }
      guard let held = window.held else {
        windows[kind] = nil
        continue
      }
      messages.append(held.standing(forOthers: window.heldCount - 1))
      windows[kind] = now.map { Window(end: $0 + Self.window, isLasting: true) }
    }
    return messages
  }

  /// What a message is about, or the window that is left for it.
  private func kind(of message: LogMessage) -> String {
    var kind = message.text
    if let colon = kind.utf8.indices.first(where: { kind.utf8[$0...].starts(with: ": ".utf8) }) {
      kind = String(kind[..<colon])
    }
    return windows[kind] != nil || windows.count < Self.mostWindows ? kind : ""
  }
}
