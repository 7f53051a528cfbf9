// What does `mailobs top` ask for, and when does it end?

import ObservabilityHTTP
import ObservabilityPlatform

/// Shows a server's live data in a terminal until it is interrupted.
struct TopRequest: Equatable, Sendable {
  static let ranges = ["10m", "2h", "24h"]

  /// The most that is read of an answer, which has a tenth of it.
  private static let mostBytes = 1 << 20

  var url: String
  var range = ranges[0]
  var timeout = Duration.seconds(5)
  /// Whether one picture is printed, without anything that steers a terminal.
  var isOnce = false

  static let usage = """
    usage: mailobs top [options] URL
      --range 10m|2h|24h         how far back to look (10m)
      --once                     prints one picture and ends; so it does where no terminal is
      --timeout TIME             for a server's answer: 5s, 500ms, 1m (5s)

    Draws what the server's live page shows, from the same data, once a second. Of a URL without a
    path, or with / alone, /live-data is asked for; below a prefix give the whole path. Exits with 1
    when the server does not answer, or shows no live data to whoever asks: it does to trusted addresses.
    """

  init(url: String) { self.url = url }

  init?(_ words: inout ArgumentReader) throws(UsageError) {
    var url: String?
    self.init(url: "")
    while let word = words.next() {
      switch word {
      case .operand(let text):
        guard url == nil else {
          throw words.error("one operand is enough: \"\(text.oneLine(atMost: 64))\"")
        }
        guard case .url = Source(text), !text.utf8.contains(UInt8(ascii: "?")) else {
          throw words.error(
            "what is asked is a URL without a query, http://HOST:PORT/PATH or unix:/PATH/OF/SOCKET")
        }
        url = text
      case .option("--help"), .option("-h"):
        try words.noValue("--help")
        return nil
      case .option("--once"):
        try words.noValue("--once")
        isOnce = true
      case .option("--range"):
        range = try words.value("--range")
        guard TopRequest.ranges.contains(range) else {
          throw words.error("the range is 10m, 2h or 24h, not \"\(range.oneLine(atMost: 64))\"")
        }
      case .option("--timeout"):
        let text = try words.value("--timeout")
        guard let read = TimeSpan.read(text) else {
          throw words.error(
            "a timeout is from 1ms to 1h, such as 5s, and not \"\(text.oneLine(atMost: 64))\"")
        }
        timeout = read
      case .option(let name): throw words.error("there is no option \"\(name.oneLine(atMost: 64))\"")
      }
    }
    guard let url else { throw words.error("a URL is missing") }
    self.url = url
  }

  /// Shows pictures; returns why it cannot go on, or nil at the end.
  func show(to output: inout Output) -> String? {
    let isSteered = !isOnce && isatty(STDOUT_FILENO) == 1
    var data: TopData?
    while true {
      let hadData = data != nil
      var problem: String?
      do throws(InputFailure) {
        let answer = try ask(after: data)
        if data?.add(answer) != true { data = TopData(answer) }
      } catch {
        guard isSteered, data != nil else { return error.reason }
        problem = error.reason
      }
      guard let shown = data else {
        // The server has begun anew; its next answer is a first one.
        if isSteered, hadData {
          sleep(1)
          continue
        }
        return "the answer is no live data of version \(TopData.version)"
      }
      let size = isSteered ? TerminalSize(of: STDOUT_FILENO) : nil
      let screen = TopScreen(shown, unansweredFor: problem, columns: size?.columns ?? 100)
      if isSteered { output.write("\u{1B}[H\u{1B}[2J".utf8) }
      for line in screen.lines.prefix(size.map { $0.rows - 1 } ?? .max) { output.line(line) }
      output.flush()
      if !isSteered || output.isBroken || output.failure != nil { return nil }
      sleep(1)
    }
  }

  private func ask(after data: TopData?) throws(InputFailure) -> JSONTree {
    var query = "?range=\(range)"
    if let data { query += "&since=\(data.last)&epoch=\(data.epoch)&seen=\(data.at)" }
    let answer = try ExpositionInput.fetch(
      url, path: "/live-data", query: query, accept: "application/json", within: timeout,
      atMost: TopRequest.mostBytes)
    guard let tree = JSONTree(answer.body) else { throw InputFailure(reason: "the answer is no JSON") }
    return tree
  }
}
