// Is an Authorization field read to the letter, whatever it holds, and is a hash that is accepted what it seems to be?

import EndpointMessages
import FuzzSupport
import ObservabilityEndpoints

/// What libFuzzer calls for each input.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzz(_ start: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
  let input = UnsafeBufferPointer(start: start, count: count)
  let field = AuthorizationField(value: input)
  switch field {
  case .basic(let username, let password):
    require(!username.contains(UInt8(ascii: ":")), "a colon in the name")
    require(password.count <= 511, "a password of \(password.count) bytes")
    require((username + password).allSatisfy { $0 >= 0x20 && $0 != 0x7F }, "a control byte")
    let again = Array(("Basic " + encoded(username + [UInt8(ascii: ":")] + password)).utf8)
    require(again.withUnsafeBufferPointer { AuthorizationField(value: $0) } == field, "means something else")
    // There is one way to write them.
    let written = input.trimmed().drop { $0 != .space }.drop { $0 == .space }
    require(written.elementsEqual(again.dropFirst(6)), "is not what it stands for")
  case .bearer(let token):
    let again = Array("Bearer ".utf8) + token
    require(again.withUnsafeBufferPointer { AuthorizationField(value: $0) } == field, "means something else")
  case .absent: require(false, "a field is absent")
  case .otherScheme, .malformed: break
  }
  if let hash = try? PasswordHash(Array(input)) {
    require(hash.bytes.count <= 200 && !hash.bytes.contains(0), "a hash of \(hash.bytes.count) bytes")
    require("\(hash)" == hash.method.rawValue + "***", "a hash that shows itself")
  }
  return 0
}

private func encoded(_ bytes: [UInt8]) -> String {
  let alphabet = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/")
  var text = ""
  for start in stride(from: 0, to: bytes.count, by: 3) {
    let group = bytes[start..<min(start + 3, bytes.count)]
    let word = (Array(group) + [0, 0]).prefix(3).reduce(UInt32(0)) { $0 << 8 | UInt32($1) }
    for place in 0...group.count { text.append(alphabet[Int(word >> (18 - 6 * UInt32(place)) & 63)]) }
    text += String(repeating: "=", count: 3 - group.count)
  }
  return text
}
