// How is a password hashed, by a library that may not be there?

import CObservabilityShims
import ObservabilityPlatform

/// `crypt_r` of the system's libcrypt, which is opened when this is made: only where a hash is configured.
///
/// A value that any thread may use, several at once. The library stays open as long as the process runs.
struct Crypt: @unchecked Sendable {
  /// Why passwords cannot be checked here.
  struct Unavailable: Error, Hashable {
    /// What the system says, on one line.
    let reason: String
  }

  /// libcrypt as systems name it: that of libxcrypt with and without the interface of glibc's.
  static let systemLibraries = ["libcrypt.so.1", "libcrypt.so.2"]

  private let function: UnsafeMutableRawPointer

  /// Opens the library. Reads files, once.
  init(library: String) throws(Unavailable) {
    guard let handle = dlopen(library, RTLD_NOW | RTLD_LOCAL) else {
      throw Unavailable(reason: (dlerror().map { String(cString: $0) } ?? library).oneLine(atMost: 256))
    }
    guard let found = dlsym(handle, "crypt_r") else {
      dlclose(handle)
      throw Unavailable(reason: "\(library) has no crypt_r".oneLine(atMost: 256))
    }
    function = found
  }

  /// The first of the libraries that can check passwords against the hash. Computes it once.
  static func opened(
    for hash: PasswordHash, of libraries: [String] = systemLibraries
  ) throws(Unavailable) -> Crypt {
    var reasons: [String] = []
    for library in libraries {
      do throws(Unavailable) {
        let crypt = try Crypt(library: library)
        if crypt.canCheck(hash) { return crypt }
        reasons.append("\(library) cannot compute \(hash.method.rawValue)")
      } catch {
        reasons.append(error.reason)
      }
    }
    throw Unavailable(reason: reasons.isEmpty ? "there is no libcrypt" : reasons.joined(separator: "; "))
  }

  /// Whether the password is that of the hash. Blocks for as long as the hash is costly.
  ///
  /// - Parameter password: without NUL.
  func isPassword(_ password: [UInt8], of hash: PasswordHash) -> Bool {
    guard let computed = computed(password, setting: hash.bytes) else { return false }
    return isEqualInConstantTime(computed, hash.bytes)
  }

  /// Whether the library knows the method, by a hash that is known, and takes the settings of this one.
  private func canCheck(_ hash: PasswordHash) -> Bool {
    let known = Array(Self.known(hash.method).utf8)
    guard computed(Array(Self.knownPassword.utf8), setting: known) == known else { return false }
    guard let computed = computed([], setting: hash.bytes), computed.count == hash.bytes.count else {
      return false
    }
    // A salt that is written otherwise than the library writes it would never match.
    return computed.prefix(hash.settingCount) == hash.bytes.prefix(hash.settingCount)
  }

  private static let knownPassword = "correct horse"

  private static func known(_ method: PasswordHash.Method) -> String {
    switch method {
    case .bcrypt2b: "$2b$04$..CA.uOD/eaGAOmJB.yMBuM872uvtNqimzkCcRocGwv7haFzmUZ5a"
    case .bcrypt2y: "$2y$04$..CA.uOD/eaGAOmJB.yMBuM872uvtNqimzkCcRocGwv7haFzmUZ5a"
    case .yescrypt: "$y$j75$.2U.1EE/4Q.07ck0AoU1D.$3fy1IhgrhvRDSStlmCfwJ2fLAbxUtjjuSssQD9UIE4B"
    case .sha512:
      "$6$rounds=1000$.2U.1EE/4Q.07ck0$dBwJl5v0KooiO3LOpJUqgL7KT/xrY.RpgxgfZn1a50i6G46VZnKhp18fbsY7gZsU1El4ESfEbP0yPnTuaGveT."
    }
  }

  /// The hash by a method and a salt; nil where the library computes none. What begins with `*` is none: it would be
  /// equal to itself.
  private func computed(_ password: [UInt8], setting: [UInt8]) -> [UInt8]? {
    // On the heap: a thread's stack may not have the room.
    guard let data = calloc(1, Int(MAILOBS_CRYPT_DATA_SIZE)) else { return nil }
    defer {
      mailobs_wipe(data, Int(MAILOBS_CRYPT_DATA_SIZE))
      free(data)
    }
    func text(_ bytes: [UInt8]) -> [CChar] { bytes.map { CChar(bitPattern: $0) } + [0] }
    var phrase = text(password)
    defer {
      phrase.withUnsafeMutableBytes { bytes in
        if let start = bytes.baseAddress { mailobs_wipe(start, bytes.count) }
      }
    }
    guard let result = mailobs_crypt(function, phrase, text(setting), data), result[0] != 0,
      result[0] != CChar(bitPattern: UInt8(ascii: "*"))
    else { return nil }
    return Array(UnsafeBufferPointer(start: result, count: strlen(result))).map { UInt8(bitPattern: $0) }
  }
}
