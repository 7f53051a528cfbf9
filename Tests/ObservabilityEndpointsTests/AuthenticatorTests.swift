// Is whoever is right let in, whatever others try from the same address?

import EndpointMessages
@testable import ObservabilityEndpoints
import ObservabilityPlatform
import TestSupport
import Testing

@Suite("Logins", .enabled(if: canHash), .timeLimit(.minutes(30)))
struct AuthenticatorTests {
  private let clock = ManualClock()
  private let logged = Locked<[String]>([])

  /// All come through this one.
  private let proxy = EndpointPeer.ip([10, 0, 0, 1], port: 1)

  private func service(_ settings: CredentialSettings = Known.settings()) throws -> Service {
    var observer = EndpointObserver()
    observer.logError = { [logged] text in logged.withLock { $0.append(text) } }
    let secrets = try SecretsInForce(settings)
    return try Service(observer: observer) {
      $0.secrets = secrets
      $0.hasCredentials = true
      $0.now = { [clock] in clock.elapsed }
      $0.maximumConcurrentScrapes = 100
    }
  }

  private func status(_ service: Service, _ authorization: String?, from peer: EndpointPeer? = nil)
    async throws -> Int
  {
    try await answer(service, authorization, from: peer).status
  }

  private func answer(
    _ service: Service, _ authorization: String?, from peer: EndpointPeer? = nil
  ) async throws -> Answer {
    let headers: EndpointFields = authorization.map { ["Authorization": $0] } ?? [:]
    return try await service.get("/metrics", headers: headers, peer: peer ?? proxy)
  }

  private func wrong(_ number: Int) -> String { "Basic " + base64("prometheus:guess\(number)") }

  @Test("that fail are slowed down, and keep nobody out who has been let in")
  func behindOneProxy() async throws {
    let service = try service()
    #expect(try await status(service, Known.basic) == 200)
    var counts: [Int: Int] = [:]
    for number in 0..<300 {
      counts[try await status(service, wrong(number)), default: 0] += 1
      if number.isMultiple(of: 10) {
        #expect(try await status(service, Known.basic) == 200)
        #expect(try await status(service, Known.bearer) == 200, "a token is compared whatever others send")
      }
    }
    #expect(counts == [401: LoginLimiter.half.burst, 429: 300 - LoginLimiter.half.burst])
    // As long as a scraper comes, it is known.
    for _ in 0..<20 {
      clock.advance(by: .seconds(240))
      for number in 0..<20 { _ = try await status(service, wrong(number)) }
      #expect(try await status(service, Known.basic) == 200)
    }
  }

  @Test(
    "of who comes first during an attack succeed when there is an attempt left, whose number is not lowered by it"
  )
  func firstDuringAttack() async throws {
    let service = try service()
    for number in 0..<20 { _ = try await status(service, wrong(number)) }
    let refused = try await answer(service, Known.basic)
    #expect(refused.status == 429 && refused.headers["Retry-After"] == "2")
    #expect(try await status(service, Known.basic, from: stranger) == 200, "another address")
    // What has been right once is so for every address.
    #expect(try await status(service, Known.basic) == 200)
    clock.advance(by: .seconds(2))
    #expect(try await status(service, wrong(101)) == 401)
    #expect(try await status(service, wrong(102)) == 429)
  }

  @Test("of who comes back with the same password succeed during an attack that takes every attempt")
  func returningDuringAttack() async throws {
    let service = try service()
    for number in 0..<20 { _ = try await status(service, wrong(number)) }
    #expect(try await status(service, Known.basic) == 429)
    #expect(try await status(service, Known.basic) == 429, "at once is not back")
    var isLetIn = false
    // One of 900 guesses may have taken its place, which is one of 65,536: then it comes back once more.
    for guesses in [100..<1000, 1000..<1020] where !isLetIn {
      clock.advance(by: .seconds(15))
      for number in guesses {
        let isTried = number < guesses.lowerBound + LoginLimiter.half.burst
        #expect(try await status(service, wrong(number)) == (isTried ? 401 : 429))
      }
      isLetIn = try await status(service, Known.basic) == 200
    }
    #expect(isLetIn)
    #expect(try await status(service, wrong(2000)) == 429)
    // Those who send each guess again take part in both halves.
    clock.advance(by: .seconds(4))
    var counts: [Int: Int] = [:]
    for number in 100..<1000 { counts[try await status(service, wrong(number)), default: 0] += 1 }
    // The first of them were hashed, and are known to be wrong: those cost nothing.
    #expect(counts[401] == LoginLimiter.half.burst + 2 + LoginLimiter.half.burst)
    #expect(counts.keys.sorted() == [401, 429])
  }

  @Test("of who sends each guess again are no more than of who does not")
  func twice() async throws {
    let (once, twice) = (try service(), try service())
    var (hashedOnce, hashedTwice) = (0, 0)
    for second in 0..<60 {
      clock.advance(by: .seconds(1))
      for number in 0..<20 {
        let guess = second * 20 + number
        if try await status(once, wrong(guess)) == 401 { hashedOnce += 1 }
        // Those of a second ago, once more.
        for guess in [guess, guess - 20] where guess >= 0 {
          if try await status(twice, wrong(guess)) == 401 { hashedTwice += 1 }
        }
      }
    }
    // One limit would allow ten and sixty. What is known to be wrong costs no hash, and is answered 401 again.
    #expect(hashedOnce <= 35 && hashedTwice - 35 <= 70, "\(hashedOnce) once, \(hashedTwice) twice")
  }

  @Test("with a password that is known to be wrong cost neither an attempt nor a hash")
  func knownWrong() async throws {
    let folder = try Folder()
    try folder.write(Known.sha512, to: "hash")
    let service = try service(Known.settings(hash: .file(folder.path + "/hash"), tokens: []))
    for _ in 0..<200 { #expect(try await status(service, wrong(1)) == 401) }
    for number in 2...LoginLimiter.half.burst { #expect(try await status(service, wrong(number)) == 401) }
    #expect(try await status(service, wrong(50)) == 429)
    // It may be right by another file.
    try folder.replace("hash", with: Known.bcrypt2b)
    let other = "Basic " + base64("prometheus:wrong")
    clock.advance(by: LoginLimiter.half.interval)
    #expect(try await status(service, other) == 401)
    clock.advance(by: .seconds(60))
    #expect(try await status(service, Known.basic) == 200)
  }

  @Test("with what was wrong by an older file are looked at by the new one")
  func nowRight() async throws {
    let folder = try Folder()
    let other = "$6$rounds=1000$saltsalt$" + String(repeating: "x", count: 86)
    try folder.write(other, to: "hash")
    let service = try service(Known.settings(hash: .file(folder.path + "/hash"), tokens: []))
    #expect(try await status(service, Known.basic) == 401)
    try folder.replace("hash", with: Known.sha512)
    clock.advance(by: .seconds(1))
    #expect(try await status(service, Known.basic) == 200)
  }

  /// Whose password's hash and token stand in files of the folder.
  private func serviceOfFiles() throws -> (folder: Folder, service: Service) {
    let folder = try Folder()
    try folder.write(Known.sha512, to: "hash")
    try folder.write(Known.token, to: "token")
    return (
      folder,
      try service(
        Known.settings(hash: .file(folder.path + "/hash"), tokens: [.file(folder.path + "/token")]))
    )
  }

  @Test("of who has been let in are known whatever else is in the files that change")
  func unrelatedChanges() async throws {
    let (folder, service) = try serviceOfFiles()
    #expect(try await status(service, Known.basic) == 200)
    let changes = [
      ("token", "another"), ("hash", Known.sha512 + "\n"), ("token", ""), ("hash", "nonsense"),
      ("hash", Known.sha512), ("token", Known.token),
    ]
    for (place, (name, text)) in changes.enumerated() {
      // For who is not known there is no attempt left.
      for number in 0..<20 { _ = try await status(service, wrong(100 * place + number)) }
      try folder.replace(name, with: text)
      clock.advance(by: .seconds(1))
      #expect(try await status(service, Known.basic) == 200, "\(name) \(text)")
    }
    #expect(try await status(service, Known.bearer) == 200)
  }

  @Test("of wrong tokens take no attempt from passwords")
  func tokensApart() async throws {
    let service = try service()
    for number in 0..<100 { _ = try await status(service, "Bearer x\(number)") }
    #expect(try await status(service, "Bearer y") == 429)
    #expect(try await status(service, Known.basic) == 200)
  }

  @Test("of who leaves before the answer are counted all the same")
  func leaving() async throws {
    let secrets = try SecretsInForce(Known.settings())
    let authenticator = Authenticator(
      secrets, timer: clock, now: { [clock] in clock.elapsed }, logError: { _ in })
    for number in 0..<2000 {
      let field = AuthorizationField.basic(
        username: Array(Known.username.utf8), password: Array("guess\(number)".utf8))
      let leaves = Task { await authenticator.verdict(on: field, from: proxy) }
      leaves.cancel()
      _ = await leaves.value
    }
    // One that no hash was begun for is none. What was hashed is known to be wrong.
    #expect(authenticator.wrongCount <= LoginLimiter.half.burst)
  }

  @Test("with wrong tokens are slowed down too, and malformed ones cost nothing")
  func tokens() async throws {
    let service = try service(Known.settings(hash: nil))
    for _ in 0..<100 {
      for value in [nil, "", "Basic %", "Digest x", Known.basic] {
        #expect(try await status(service, value) == 401)
      }
    }
    for number in 0..<LoginLimiter.whole.burst {
      #expect(try await status(service, "Bearer x\(number)") == 401)
    }
    #expect(try await status(service, "Bearer y") == 429)
    #expect(try await status(service, Known.bearer) == 200)
    #expect(try await answer(service, nil).headers.all("WWW-Authenticate") == ["Bearer realm=\"metrics\""])
  }

  @Test("at one time are no way round the limit")
  func simultaneous() async throws {
    let service = try service()
    let statuses = try await withThrowingTaskGroup(of: Int.self) { group in
      for number in 0..<200 { group.addTask { try await status(service, wrong(number)) } }
      return try await group.reduce(into: [Int]()) { $0.append($1) }
    }
    #expect(statuses.count { $0 == 401 } <= LoginLimiter.half.burst)
    #expect(statuses.allSatisfy { [401, 429, 503].contains($0) })
  }

  @Test("of many with the same right password succeed at one time")
  func simultaneouslyRight() async throws {
    let service = try service()
    let statuses = try await withThrowingTaskGroup(of: Int.self) { group in
      for _ in 0..<LoginLimiter.half.burst { group.addTask { try await status(service, Known.basic) } }
      return try await group.reduce(into: [Int]()) { $0.append($1) }
    }
    #expect(statuses.count { $0 == 200 } == statuses.count, "\(statuses)")
  }

  @Test("follow the file, at once when nobody has looked for a second, and are not known by an old one")
  func changedFile() async throws {
    let (folder, service) = try serviceOfFiles()
    #expect(try await status(service, Known.basic) == 200)
    #expect(try await status(service, Known.bearer) == 200)
    // Of the password "other", and of another token.
    let other =
      "$6$rounds=1000$saltsalt$"
      + "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx"
    try folder.replace("hash", with: other)
    try folder.replace("token", with: "another")
    #expect(try await status(service, Known.basic) == 200, "within a second nobody looks")
    clock.advance(by: .seconds(1))
    #expect(try await status(service, Known.basic) == 401, "not known any more")
    #expect(try await status(service, Known.bearer) == 401)
    #expect(try await status(service, "Bearer another") == 200)
    #expect(logged.withLock { $0 } == [])
    try folder.replace("token", with: "")
    clock.advance(by: .seconds(1))
    #expect(try await status(service, "Bearer another") == 200)
    #expect(logged.withLock { $0.count } == 1)
    #expect(logged.withLock { $0.first?.contains("stays in force") } == true)
    try folder.replace("hash", with: Known.bcrypt2y)
    clock.advance(by: .seconds(1))
    #expect(try await status(service, Known.basic) == 200)
  }
}
