// How does JSON reach a terminal without steering it?

import ObservabilityPlatform

extension [UInt8] {
  /// JSON with `\u` escapes for the characters that are not ASCII and steer terminals; those that are ASCII
  /// have been escaped. Outside of strings there are none.
  var withSteeringEscaped: [UInt8] {
    guard contains(where: { $0 >= 0x80 }) else { return self }
    var escaped: [UInt8] = []
    escaped.reserveCapacity(count)
    for scalar in String(decoding: self, as: UTF8.self).unicodeScalars {
      guard !scalar.isASCII, scalar.steersTerminals else {
        escaped += UTF8.encode(scalar) ?? UTF8.encodedReplacementCharacter
        continue
      }
      for unit in UTF16.encode(scalar) ?? UTF16.encodedReplacementCharacter {
        let digits = String(unit, radix: 16)
        escaped += "\\u\(String(repeating: "0", count: 4 - digits.utf8.count))\(digits)".utf8
      }
    }
    return escaped
  }
}
