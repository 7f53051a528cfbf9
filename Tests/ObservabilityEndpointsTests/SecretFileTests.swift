// Is a secret that has changed on disk noticed, and does a broken file do no harm?

@testable import ObservabilityEndpoints
import ObservabilityPlatform
import TestSupport
import Testing

@Suite("The file of a secret")
struct SecretFileTests {
  private final class Reader {
    private var file: SecretFile
    init(_ path: String) { file = SecretFile(path: path) }

    func text(now: Duration = WallClock.now) -> String {
      switch file.read(now: now) {
      case .unchanged: "unchanged"
      case .content(let bytes): String(decoding: bytes, as: UTF8.self)
      case .failed(let reason): "failed: \(reason)"
      }
    }
  }

  @Test("is read once, and again when it is written, replaced, or another one is linked to")
  func changes() throws {
    let folder = try Folder()
    try folder.write("  one\r\n\n", to: "token")
    let file = Reader(folder.path + "/token")
    // Long after the change, so that the times of the file can be relied on.
    let later = WallClock.now + .seconds(3600)
    #expect(file.text(now: later) == "one")
    #expect(file.text(now: later) == "unchanged")
    try folder.write("three", to: "token")
    #expect(file.text(now: later) == "three")
    try folder.replace("token", with: "seven")
    #expect(file.text(now: later) == "seven")
    #expect(file.text(now: later) == "unchanged")
    // As a volume of Kubernetes changes.
    try folder.write("first", to: "other")
    #expect(symlink(folder.path + "/other", folder.path + "/link") == 0)
    let linked = Reader(folder.path + "/link")
    #expect(linked.text(now: later) == "first")
    unlink(folder.path + "/link")
    #expect(symlink(folder.path + "/token", folder.path + "/link") == 0)
    #expect(linked.text(now: later) == "seven")
  }

  @Test("is read again while its times are too young to tell a further change")
  func young() throws {
    let folder = try Folder()
    try folder.write("one", to: "token")
    let file = Reader(folder.path + "/token")
    #expect(file.text() == "one")
    #expect(file.text() == "one")
  }

  @Test("may be missing, none, and too large, and is read when it is back")
  func failures() throws {
    let folder = try Folder()
    let file = Reader(folder.path + "/token")
    #expect(file.text().hasPrefix("failed: No such file"))
    try folder.write(String(repeating: "x", count: 4096), to: "token")
    #expect(file.text().utf8.count == 4096)
    try folder.write(String(repeating: "x", count: 4097), to: "token")
    #expect(file.text() == "failed: has more than 4096 bytes")
    try folder.write("", to: "token")
    #expect(file.text() == "")
    try folder.write(" \n\t\r\n", to: "token")
    #expect(file.text() == "")
    try folder.write("back", to: "token")
    #expect(file.text() == "back")
    let directory = Reader(folder.path)
    #expect(directory.text() == "failed: is no regular file")
    #expect(mkfifo(folder.path + "/pipe", 0o600) == 0)
    let pipe = Reader(folder.path + "/pipe")
    #expect(pipe.text() == "failed: is no regular file")
    let endless = Reader("/dev/zero")
    #expect(endless.text() == "failed: is no regular file")
    for path in ["", "relative/nothing", folder.path + "/token/x"] {
      let other = Reader(path)
      #expect(other.text().hasPrefix("failed: "))
    }
  }

  @Test("that is broken leaves the secret that there was, and says so once", .enabled(if: canHash))
  func inForce() throws {
    let folder = try Folder()
    try folder.write(Known.sha512, to: "hash")
    try folder.write(Known.token, to: "token")
    let secrets = try SecretsInForce(
      Known.settings(
        hash: .file(folder.path + "/hash"), tokens: [.text("fixed"), .file(folder.path + "/token")]))
    func hash() -> String { String(decoding: secrets.secrets.password?.hash.bytes ?? [], as: UTF8.self) }
    func tokens() -> [String] { secrets.secrets.tokens.map { String(decoding: $0, as: UTF8.self) } }
    #expect(hash() == Known.sha512 && tokens() == ["fixed", Known.token])
    #expect(secrets.reread() == (false, []) && secrets.isCurrent)
    // Each kind of mistake, and the way back from each.
    for (name, broken) in [
      ("hash", ""), ("hash", "geheim"), ("hash", "$1$salt$geheim"),
      ("hash", "$2b$31$" + String(repeating: "a", count: 53)),
      ("hash", Known.sha512 + "\n" + Known.sha512), ("hash", String(repeating: "g", count: 5000)),
      ("hash", "$y$j.T$salt$" + String(repeating: "a", count: 43)),
      ("token", ""), ("token", "ge heim"), ("token", "geheim\ngeheim"),
      ("token", String(repeating: "g", count: 2000)),
    ] {
      try folder.replace(name, with: broken)
      let (hasNewPassword, faults) = secrets.reread()
      #expect(!hasNewPassword && faults.count == 1 && !secrets.isCurrent, "\(name) \(broken)")
      #expect("\(faults)".contains(folder.path + "/" + name) && !"\(faults)".contains("geheim"))
      #expect(hash() == Known.sha512 && tokens() == ["fixed", Known.token])
      #expect(secrets.reread() == (false, []) && !secrets.isCurrent, "said once, and still so")
      try folder.replace(name, with: name == "hash" ? Known.sha512 : Known.token)
      #expect(secrets.reread() == (false, []) && secrets.isCurrent)
    }
    unlink(folder.path + "/token")
    #expect(secrets.reread().faults.count == 1 && tokens() == ["fixed", Known.token])
    // What is right takes effect beside what is broken.
    try folder.replace("hash", with: Known.bcrypt2b + "\n")
    #expect(secrets.reread() == (true, []) && hash() == Known.bcrypt2b && !secrets.isCurrent)
    try folder.replace("token", with: "new")
    #expect(secrets.reread() == (false, []) && tokens() == ["fixed", "new"] && secrets.isCurrent)
  }

  @Test("has to be there and right at the start, and so has the library")
  func start() throws {
    let folder = try Folder()
    func error(_ settings: CredentialSettings, libraries: [String] = Crypt.systemLibraries)
      -> CredentialError?
    {
      do throws(CredentialError) {
        _ = try SecretsInForce(settings, libraries: libraries)
        return nil
      } catch {
        return error
      }
    }
    let missing = error(Known.settings(hash: nil, tokens: [.file(folder.path + "/token")]))
    #expect(missing?.setting == "bearerTokens.tokenFile" && missing?.value == folder.path + "/token")
    #expect(missing?.isOfSystem == true)
    try folder.write("", to: "token")
    #expect(error(Known.settings(hash: nil, tokens: [.file(folder.path + "/token")]))?.isOfSystem == false)
    let noHash = error(Known.settings(hash: .file(folder.path + "/hash"), tokens: []))
    #expect(noHash?.setting == "basicAuth.passwordHashFile")
    let noLibrary = error(
      Known.settings(), libraries: ["/nonexistent/libcrypt.so.1", "libno-such-library.so.2"])
    #expect(noLibrary?.setting == "basicAuth.passwordHash" && noLibrary?.isOfSystem == true)
    #expect(noLibrary?.problem.contains("libno-such-library.so.2") == true)
    // Tokens need no library.
    #expect(error(Known.settings(hash: nil), libraries: []) == nil)
  }
}
