// Which hashes are accepted, and are passwords checked right by them?

@testable import ObservabilityEndpoints
import ObservabilityPlatform
import TestSupport
import Testing

@Suite("A password's hash")
struct PasswordHashTests {
  static let all = [Known.bcrypt2b, Known.bcrypt2y, Known.yescrypt, Known.sha512]

  private func fault(_ text: String) -> PasswordHash.Fault? {
    do throws(PasswordHash.Fault) {
      _ = try PasswordHash(Array(text.utf8))
      return nil
    } catch {
      return error
    }
  }

  @Test("is one of four methods, whole, and not too costly")
  func shapes() {
    let (bcrypt, sha) = (String(repeating: "a", count: 53), String(repeating: "a", count: 86))
    let yescrypt = "salt$" + String(repeating: "a", count: 43)
    for text in Self.all + [
      "$2b$15$" + bcrypt, "$6$$" + sha, "$6$s$" + sha, "$6$rounds=2000000$salt$" + sha, "$y$jCT$" + yescrypt,
      "$y$j9T$" + yescrypt,
    ] { #expect(fault(text) == nil, "\(text)") }
    #expect(fault("") == .empty)
    for text in [
      "secret", "*", "*0", "!", "x", "$", "$$", "$1$salt$aaaa", "$5$salt$aaaa", "$apr1$a$b",
      "$2a$10$" + bcrypt,
      "$2$10$" + bcrypt, "$7$a$b", "$gy$a", "$argon2id$v=19$m=1", "{SHA}abc", "user:" + Known.sha512,
      " " + Known.sha512,
    ] { #expect(fault(text) == .unknownMethod, "\(text)") }
    for text in [
      "$2b$", "$2b$10$", "$2b$10$" + bcrypt + "a", "$2b$10$" + bcrypt.dropLast(), "$2b$1$" + bcrypt,
      "$2b$03$" + bcrypt,
      "$2b$32$" + bcrypt, "$2b$+9$" + bcrypt, "$2b$10$" + bcrypt.dropLast() + "-",
      "$2b$10$$" + bcrypt.dropLast(),
      "$6$", "$6$salt", "$6$salt$" + sha.dropLast(), "$6$salt$" + sha + "a", "$6$seventeencharacter$" + sha,
      "$6$sa:lt$" + sha, "$6$rounds=999$salt$" + sha, "$6$rounds=01000$salt$" + sha, "$6$rounds=$salt$" + sha,
      "$6$rounds=-1$salt$" + sha, "$6$rounds=99999999999999999999$salt$" + sha, "$6$round=1000$salt$" + sha,
      "$6$a$salt$" + sha, "$y$", "$y$j9T", "$y$j9T$salt", "$y$k9T$" + yescrypt, "$y$j$" + yescrypt,
      "$y$j9T$" + yescrypt + "a", "$y$j9T$s-lt$" + String(repeating: "a", count: 43), Known.sha512 + "\n",
      Known.bcrypt2b + "\u{0}",
    ] { #expect(fault(text) == .malformed, "\(text)") }
    for text in [
      "$2b$16$" + bcrypt, "$2y$31$" + bcrypt, "$6$rounds=2000001$salt$" + sha,
      "$6$rounds=999999999$salt$" + sha,
      "$y$jDT$" + yescrypt, "$y$jFT$" + yescrypt, "$y$jzT$" + yescrypt, "$y$j9z$" + yescrypt,
      "$y$j9T.$" + yescrypt,
    ] { #expect(fault(text) == .tooCostly, "\(text)") }
  }

  @Test("is that of its password and of no other", .enabled(if: canHash), arguments: all)
  func checked(text: String) throws {
    let hash = try PasswordHash(Array(text.utf8))
    let crypt = try Crypt.opened(for: hash)
    func isPassword(_ text: String) -> Bool { crypt.isPassword(Array(text.utf8), of: hash) }
    #expect(isPassword(Known.password))
    for other in [
      "", "correct hors", "correct horse ", "Correct horse", "correct horse\u{0301}", text, "*", "*0",
      String(repeating: "x", count: 511), String(repeating: "x", count: 100_000),
    ] { #expect(!isPassword(other), "\(other.prefix(40))") }
  }

  @Test("is checked by several threads at once", .enabled(if: canHash))
  func threads() throws {
    let hashes = try Self.all.map { try PasswordHash(Array($0.utf8)) }
    let crypts = try hashes.map { try Crypt.opened(for: $0) }
    let wrong = Locked(0)
    onThreads(4) { thread in
      for round in 0..<8 {
        let index = (thread + round) % hashes.count
        let (crypt, hash) = (crypts[index], hashes[index])
        let isRight = crypt.isPassword(Array(Known.password.utf8), of: hash)
        if !isRight || crypt.isPassword(Array("other".utf8), of: hash) { wrong.withLock { $0 += 1 } }
      }
    }
    #expect(wrong.withLock { $0 } == 0)
  }

  @Test("that the library does not compute is refused, and matches nothing", .enabled(if: canHash))
  func refusedByLibrary() throws {
    // N of 2, which yescrypt does not have: the answer is "*0".
    let hash = try PasswordHash(Array(("$y$j.T$salt$" + String(repeating: "a", count: 43)).utf8))
    let library = try #require(Crypt.systemLibraries.first { (try? Crypt(library: $0)) != nil })
    #expect(try !Crypt(library: library).isPassword([], of: hash))
    #expect {
      try Crypt.opened(for: hash)
    } throws: { error in
      (error as? Crypt.Unavailable)?.reason.contains("\(library) cannot compute $y$") == true
    }
  }

  @Test(
    "whose salt no library writes so is refused at the start, since it would match nothing",
    .enabled(if: canHash), arguments: [Known.bcrypt2b, Known.bcrypt2y])
  func saltOfNobody(text: String) throws {
    // The last character of the salt has four bits beyond its 128.
    let salt = text.index(text.startIndex, offsetBy: 28)
    for character in "abcxyz/19" {
      var other = text
      other.replaceSubrange(salt...salt, with: [character])
      let hash = try PasswordHash(Array(other.utf8))
      #expect(throws: Crypt.Unavailable.self, "\(other)") { try Crypt.opened(for: hash) }
    }
  }

  @Test("is checked by the first library that can")
  func libraries() throws {
    let hash = try PasswordHash(Array(Known.sha512.utf8))
    let missing = "/nonexistent/libcrypt.so.1"
    #if canImport(Darwin)
      let other = "libSystem.dylib"
    #else
      let other = "libpthread.so.0"
    #endif
    #expect {
      try Crypt.opened(for: hash, of: [missing, other])
    } throws: { error in
      let reason = (error as? Crypt.Unavailable)?.reason ?? ""
      return reason.contains(missing) && reason.contains("\(other) has no crypt_r") && reason.utf8.count < 600
    }
    #expect(throws: Crypt.Unavailable.self) { try Crypt.opened(for: hash, of: []) }
    guard canHash else { return }
    let found = try Crypt.opened(for: hash, of: [missing, other] + Crypt.systemLibraries)
    #expect(found.isPassword(Array(Known.password.utf8), of: hash))
  }

  @Test("is compared in full")
  func comparison() {
    for (one, other, isEqual) in [
      ("", "", true), ("a", "a", true), ("a", "b", false), ("a", "", false), ("", "a", false),
      ("a", "aa", false),
      ("aa", "a", false), ("abcabc", "abc", false), ("abc", "abcabc", false), ("abc", "abd", false),
      ("abc", "bbc", false),
    ] {
      #expect(isEqualInConstantTime(Array(one.utf8), Array(other.utf8)) == isEqual, "\(one) and \(other)")
    }
  }
}
