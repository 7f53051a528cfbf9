// Which names and paths are refused?

/// Names appear in URL paths, labels and text lines, so they are kept to characters that need no escaping in
/// any of them.
func isValidName(_ name: String) -> Bool {
  func isAlphanumeric(_ byte: UInt8) -> Bool {
    switch byte {
    case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
      UInt8(ascii: "a")...UInt8(ascii: "z"):
      true
    default: false
    }
  }
  let bytes = name.utf8
  return bytes.count <= 100 && bytes.first.map(isAlphanumeric) == true
    && bytes.allSatisfy { byte in
      isAlphanumeric(byte) || byte == UInt8(ascii: ".") || byte == UInt8(ascii: "_")
        || byte == UInt8(ascii: "-")
    }
}

func validateCheckName(_ name: String) throws(HealthError) {
  guard isValidName(name) else {
    throw HealthError(
      .invalidName, of: name, "use 1 to 100 of A-Z a-z 0-9 . _ - beginning with a letter or digit")
  }
}

func validatePath(_ path: String, for name: String) throws(HealthError) {
  // The C library would read only up to the NUL, and check another path.
  guard !path.isEmpty, !path.utf8.contains(0) else {
    throw HealthError(.invalidSetting, of: name, "the path is empty or has a NUL in it")
  }
}
