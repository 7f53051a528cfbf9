// Is nothing shown of what is a secret, and all of what is none?

@testable import MailObservability
import Testing

@Suite("What may be a secret")
struct SecretTextTests {
  static let harmless: [(name: String, value: String)] = [
    ("--metrics", "127.0.0.1:9090"), ("--metrics", "[::1]:9090"), ("--metrics", "localhost:0"),
    ("--metrics", "unix:/run/x"),
    ("--metrics", "systemd:metrics"), ("--trusted", "10.0.0.0/8"), ("--trusted", "fd00::/8"),
    ("--trusted", "::1"),
    ("--otlp", "http://collector:4318/v1/traces"), ("--metrics-token-file", "/run/secrets/token"),
    ("--session-timeout", "30"), ("--domain", "example.org"), ("--queue-directory", "/var/spool/mail"),
    ("", ""),
    ("--level", "debug"), ("keepAlive", "1 min 0 s"), ("--at", "12:30"), ("", "/usr/bin/example-mail-server"),
    ("tlsKeyFile", "/etc/ssl/key.pem"), ("--name", "two words"),
  ]

  @Test("is all else", arguments: harmless)
  func shown(name: String, value: String) { #expect(SecretText.value(value, named: name) == value) }

  static let secrets: [(name: String, value: String, shown: String)] = [
    ("--password", "hunter2", "***"), ("-password", "a", "***"), ("smtpPassword", "hunter2", "***"),
    ("RELAY_PASSWORD", "hunter2", "***"), ("--api-key", "hunter2", "***"), ("apikey", "hunter2", "***"),
    ("--token", "/hunter2", "***"), ("--metrics-token-file", "hunter2", "***"),
    ("--header", "X: hunter2", "***"),
    ("--user", "alice:hunter2", "alice:***"), ("--user", "alice:12345", "alice:***"),
    ("--account", "hunter2:more:of it", "hunter2:***"), ("--other", "alice:hunter2", "alice:***"),
    ("--other", "$2b$04$hunter2", "***"), ("", "alice:$6$rounds=1000$hunter2", "alice:***"),
    ("", "{SSHA}hunter2", "***"),
    ("", "http://hunter2@host/x", "http://***@host/x"),
    ("", "http://u:hunter2@host:1/x?k=hunter2#hunter2", "http://***@host:1/x?***"),
    ("", "http://host/x#hunter2", "http://host/x#***"),
    ("", "postgres://u:hun/ter2@host/db", "postgres://***"),
    ("", "http://u:p@q@host/", "http://***@host/"),
    ("", "https://hooks.example/T0/0123456789abcdef0123456789", "https://hooks.example/T0/***"),
    ("", "PASSWORD=hunter2", "PASSWORD=***"), ("", "--env=DB_PASS=hunter2", "--env=DB_PASS=***"),
    ("", "Authorization: Bearer hunter2", "Authorization: ***"), ("", "Bearer hunter2", "Bearer ***"),
    ("", "basic hunter2", "basic ***"), ("", "0123456789abcdef0123456789abcdef", "***"),
    ("", "eyJhbGciOiJIUzI1NiJ9.hunter2", "***"), ("", "sk_live_0123456789abcdefghij", "***"),
    ("--x", "http://a b:hunter2", "http://a b:***"),
  ]

  @Test("is left out", arguments: secrets)
  func hidden(name: String, value: String, shown: String) {
    #expect(SecretText.value(value, named: name) == shown)
  }

  @Test("is nowhere in a command line, in whatever way it was written")
  func commandLine() {
    let line = [
      "/usr/bin/server", "--user", "alice:planted", "--password=planted", "--password", "planted",
      "--password", "-planted",
      "--token", "planted", "--pin", "--planted", "--otlp", "http://u:planted@h/?k=planted",
      "PASSWORD=planted", "-x",
      "--verbose", "--", "file", "-", "",
    ]
    let flags = ShownFlags(line, secrets: ["--password", "pin"])
    #expect(!"\(flags)".contains("planted"), "\(flags)")
    #expect(flags.flags.contains(.init(name: "--user", value: "alice:***")))
    #expect(flags.flags.contains(.init(name: "--verbose", value: nil)))
    #expect(flags.program == "/usr/bin/server")
    #expect(ShownFlags([], secrets: []).program == nil)
    let many = ShownFlags([String](repeating: "x", count: 5000), secrets: [])
    #expect(many.flags.count == 1000 && many.leftOut == 3999)
  }

  @Test(
    "does not make a text that is none longer or slower",
    arguments: [
      String(repeating: "a", count: 1 << 20), String(repeating: "://", count: 1 << 18),
      String(repeating: "$", count: 1 << 20),
      String(repeating: "=", count: 1 << 20), String(repeating: ":", count: 1 << 20),
      String(repeating: " ", count: 1 << 20),
      String(repeating: "\u{202E}", count: 1 << 18), "=", ":", "://", "-", "$$", "@", "?", "#", "http://",
      "http://@", "http://?#",
    ])
  func strange(text: String) {
    #expect(SecretText.value(text, named: text).utf8.count < 20_000)
    #expect(ShownFlags([text, text, "--" + text, text], secrets: [text]).flags.count <= 3)
  }
}
