// How much is shown of a setting that may hold a secret by mistake?

/// What stands in errors, logs and descriptions of names and paths that belong to secrets.
package enum ShownSetting {
  /// From how many bytes on a name may be a token: of 16 bytes in hexadecimal digits, or more.
  private static let longestName = 31

  /// A user's name up to a colon, behind which a password or its hash stands, as in a line of htpasswd. Nothing of what
  /// may be a hash or a token.
  package static func name(_ text: String) -> String {
    let name = text.unicodeScalars.prefix { $0 != ":" }
    let isShown = text.utf8.first != UInt8(ascii: "$") && Substring(name).utf8.count <= longestName
    return (isShown ? String(Substring(name)) : "***") + (name.endIndex < text.endIndex ? ":***" : "")
  }

  /// A path that is absolute. Others may be the secret itself.
  package static func path(_ text: String) -> String { text.isEmpty || isPath(text) ? text : "***" }

  /// What is to be added where the path is not shown.
  static func note(_ path: String) -> String { isPath(path) ? "" : " (only an absolute path is shown)" }

  private static func isPath(_ text: String) -> Bool { text.utf8.first == UInt8(ascii: "/") }
}
