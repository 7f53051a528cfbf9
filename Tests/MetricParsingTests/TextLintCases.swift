// Which values of labels does the linter take for addresses and identifiers?

extension LintCase {
  static let texts: [LintCase] =
    addresses.map { LintCase("address: \($0)", label($0), ["3 warning address-label x a"]) }
    + identifiers.map { LintCase("identifier: \($0)", label($0), ["3 warning identifier-label x a"]) }
    + others.map { LintCase("neither: \($0)", label($0), []) }
    + ["version", "go_version", "OSVersion"].map {
      LintCase("a version as \($0)", gauge("x", "x{\($0)=\"1.2.3.4\"} 1\n"), [])
    } + [
      LintCase(
        "an e-mail address for a version", gauge("x", "x{version=\"a@b.example\"} 1\n"),
        ["3 warning address-label x version"])
    ]

  private static let addresses = [
    "a@b.example", "Bob <bob@example.com>", "a@b.example,d@e.example", "a, b@c.example", "<bob@example.com>",
    "\\\"john doe\\\"@example.com", "mailto:bob@example.com", "sip:bob@example.com:5060", "bob@example.com.",
    "bob+tag@mail.example.com", "o'brien@example.com", "bob@xn--bcher-kva.example",
    "bob@\u{4F8B}.\u{4F8B}\u{4F8B}",
    "bob@192.0.2.1", "bob@[192.0.2.1]", "bob@[IPv6:2001:db8::1]", "<1@localhost>", "<a/b=c@host>",
    "user=bob@example.com&x", "x@y@bob@example.com",
    "[IPv6:2001:db8::1]", "[ipv6:fe80::1]", "[192.0.2.1]", "[2001:db8::1]", "2001:db8::beef", "::1",
    "::ffff:192.0.2.1", "64:ff9b::192.0.2.1", "fd00::1", "fe80::1%eth0", "ff02::1", "2001:db8::/32",
    "127.0.0.1", "192.0.2.1:25",
  ]

  private static let identifiers = [
    "urn:uuid:123e4567-e89b-12d3-a456-426614174000", "URN:UUID:123E4567-E89B-12D3-A456-426614174000",
    "{123e4567-e89b-12d3-a456-426614174000}", "123e4567-e89b-12d3-a456-426614174000",
  ]

  private static let others = [
    "getty@tty1.service", "user@1000.service", "getty@tty1", "x@a.socket", "systemd-fsck@dev-sda1.service",
    "nginx@sha256:0123456789abcdef", "react@latest", "pkg@1.2.3", "pkg@v1.2.3-rc.1", "@scope/pkg",
    "https://bob@example.com/x", "git@github.com:org/repo", "@", "@@@", "a@", "@b.example", "a@.example",
    "a@b..example", "a@b.c-", "\\\"@b.example", "a @ b.example", "twenty@", "<@>", "<@host>", "bob@[x]",
    "a@[",
    "dead::beef", "a::b", "std::vec", "::b", "cafe::1", "00:11:22:33:44:55:66:77", "12:34:56", "::",
    "0.0.0.0",
    "[::]:80", "[192.0.2.1", "[2001:db8::1]x", "1.2.3", "1.2.3.4.5", "999.1.1.1", "urn:uuid:x", "urn:isbn:1",
    "/.", "[]", "%", "a%b",
  ]
}
