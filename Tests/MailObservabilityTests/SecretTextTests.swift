// Is nothing shown of what is a secret, and all of what is none?

@testable import MailObservability
import ObservabilityPlatform
import TestSupport
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
    ("", "127.0.0.1:9090,[::1]:9090"), ("", "::1/128, fd00::/8, 10.0.0.0/8"), ("", "/a:/b"), ("", "a=b=c"),
    ("", "trust roots none, server name x"), ("", "http://[::1]:80/a%20b/"), ("", "http://a:1,b:2/"),
    ("", "100%25"),
    ("", "é ü, 日本"), ("", "a%"), ("tls.keyFile", "/etc/ssl/key.pem"), ("", "tls.keyFile=/etc/ssl/key.pem"),
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
    // What follows may be more of it.
    ("", "PASSWORD=correct hunter2", "PASSWORD=***"), ("", "alice:correct hunter2", "alice:***"),
    ("", "Bearer  hunter2", "Bearer  ***"), ("", "Bearer\thunter2", "Bearer\t***"),
    ("", "Authorization=Bearer hunter2", "Authorization=***"), ("", "password = hunter2", "password = ***"),
    ("", "password =hunter2", "password =***"), ("", "password: hunter2", "password: ***"),
    ("", "Host: x\nCookie: a=hunter2; hunter2", "Host: x\nCookie: ***"),
    ("", "Digest username=alice, response=hunter2", "Digest ***"),
    ("", #"{"user": "x", "password": "hunter2"}"#, #"{"user": "x", "password": ***"#),
    ("", "alice:hun=hunter2", "alice:***"), ("", "alice:a,hunter2", "alice:***"),
    ("", "http://u:a hunter2@host/", "http://***"), ("", "http://u:p@a,http://v:hunter2@b", "http://***"),
    ("", "http://\(String(repeating: "hunter2", count: 1000))@host", "http://***"),
    ("", "http://host/x?k=hunter2 hunter2", "http://host/x?***"),
    // A mark behind a sign makes one character of both.
    ("", "alice:\u{301}hunter2", "alice:***"), ("", "PASSWORD=\u{301}hunter2", "PASSWORD=***"),
    ("", "http://u:hunter2@\u{301}host", "http://***@\u{301}host"),
    ("--user", "alice:\u{301}hunter2", "alice:***"),
    // Names in one word, and in any case.
    ("PGPASSWORD", "hunter2", "***"), ("dbpassword", "hunter2", "***"), ("--pASSWORD", "hunter2", "***"),
    ("--smtppass", "hunter2", "***"), ("SSLKEY", "hunter2", "***"),
    (String(repeating: "a-", count: 1000) + "password", "hunter2", "***"),
    // What only seems to be an address.
    ("", "alice:/hunter2", "alice:***"), ("", "[::1]:25:hunter2", "[:***"), ("", ":hunter2", ":***"),
    ("", "[::1]:25,alice:hunter2", "[::1]:25,alice:***"), ("", "unix:/x,alice:hunter2", "unix:/x,alice:***"),
    ("", "--password:12345", "--password:***"), ("", "user=alice:12345", "user=alice:***"),
    ("", "alice:hun://hunter2", "alice:***"), ("", "password=http://hunter2", "password=***"),
    // Encoded.
    ("", "http%3A%2F%2Fu%3Ahunter2%40host", "***"), ("", "http%253A%252F%252Fu%253Ahunter2%2540host", "***"),
    ("", "http://h/r/http%3A%2F%2Fu%3Ahunter2%40h", "http://h/r/***"), ("", "Bearer%20hunter2", "***"),
    ("", "http://h/a;password=hunter2/b", "http://h/***/b"), ("", "http://h/alice:hunter2", "http://h/***"),
    ("", "YWxpY2U6aHVudGVyMg==", "***"), ("", "x=YWxpY2U6aHVudGVyMg", "x=***"),
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
    let others = ShownFlags(
      [
        "server", "-pplanted", "-u", "alice:planted", "-P=planted", "--MAGIC", "planted", "--Magic=planted",
        "--password", "-planted", "--no-auth", "--password", "planted", "--no-auth", "--user", "alice:12345",
        "--password=\u{301}planted", "--x:planted=planted", "-Uhttp://u:planted@h/?planted=planted",
        "-ePGPASSWORD=planted",
        "--http://u:planted@h/?a=b", "--end",
      ], secrets: ["-p", "--magic"])
    #expect(!"\(others)".contains("planted") && !"\(others)".contains("12345"), "\(others)")
    #expect(others.flags.first == .init(name: "-p", value: "***"))
    #expect(others.flags.contains(.init(name: "--no-auth", value: nil)))
    #expect(others.flags.last == .init(name: "--end", value: nil))
    let many = ShownFlags([String](repeating: "x", count: 5000), secrets: [])
    #expect(many.flags.count == 1000 && many.leftOut == 3999)
  }

  @Test("needs no more of the stack for a text of many parts")
  func stack() async throws {
    let texts = ["a=", "a:", "%25", "://", "a/", ",", "a b=", "[", "{", "$a", "a@"].map {
      String(repeating: $0, count: 4096)
    }
    // Half of what a thread of libdispatch has on other systems than Linux.
    let isDone = Flag()
    try SystemThread.start(name: "small", stackSize: 256 << 10) {
      for text in texts {
        _ = SecretText.value("http://h/" + text, named: text).utf8.count + SecretText.text(text).utf8.count
      }
      isDone.set()
    }.detach()
    #expect(await eventually { isDone.isSet })
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
