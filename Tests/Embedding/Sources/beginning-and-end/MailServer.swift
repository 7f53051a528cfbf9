// What does the documentation's program take for granted? A server that can be started and closed.

actor MailServer {
  private(set) var isListening = false

  static func start() async throws -> MailServer {
    let server = MailServer()
    await server.listen()
    return server
  }

  private func listen() { isListening = true }

  func close() { isListening = false }
}
