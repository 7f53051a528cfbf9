// Does a program with the library link Foundation? That nothing is fetched is seen by Tests/Repository/fetches-nothing.

import ObservabilityPlatform
import Testing

@Suite("The package")
struct LinkageTests {
  /// The root of the package: this file is three levels below it.
  private var root: String { #filePath.split(separator: "/").dropLast(3).map { "/" + $0 }.joined() }

  private func contents(of path: String) -> [UInt8]? {
    guard let file = fopen(path, "r") else { return nil }
    defer { fclose(file) }
    fseek(file, 0, SEEK_END)
    var bytes = [UInt8](repeating: 0, count: ftell(file))
    rewind(file)
    return fread(&bytes, 1, bytes.count, file) == bytes.count ? bytes : nil
  }

  // One product without a condition makes everybody fetch all packages, whatever traits they want.
  @Test("names products of other packages on condition of a trait")
  func dependencies() throws {
    let manifest = try #require(contents(of: root + "/Package.swift"))
    let lines = String(decoding: manifest, as: UTF8.self).split(separator: "\n")
    let products = lines.filter { $0.contains(".product(") }
    #expect(!products.isEmpty)
    #expect(products.allSatisfy { $0.contains("condition: .when(traits: [") })
    #expect(!holds(manifest, ".default("), "a trait is on without being asked for")
  }

  @Test("builds programs that link no Foundation", arguments: ["example-mail-server", "mailobs"])
  func foundation(_ program: String) throws {
    // Tests run from the folder into which the products are built.
    let executable = try #require(productFolder.map { "\($0)/\(program)" })
    let bytes = try #require(contents(of: executable), "\(executable) was not built")
    for library in ["libFoundation.so", "libFoundationEssentials.so", "Foundation.framework"] {
      #expect(!holds(bytes, library), "links \(library)")
    }
  }

  private func holds(_ bytes: [UInt8], _ text: String) -> Bool {
    let text = Array(text.utf8)
    return bytes.withUnsafeBytes { bytes in
      guard let start = bytes.baseAddress, let first = text.first else { return false }
      var offset = 0
      while offset + text.count <= bytes.count,
        let found = memchr(start + offset, Int32(first), bytes.count - offset - text.count + 1)
      {
        if memcmp(found, text, text.count) == 0 { return true }
        offset = UnsafeRawPointer(found) - start + 1
      }
      return false
    }
  }

  private var productFolder: String? {
    #if os(Linux)
      var path = [CChar](repeating: 0, count: 4096)
      let count = readlink("/proc/self/exe", &path, path.count)
      guard count > 0 else { return nil }
      let own = String(decoding: path[..<count].map { UInt8(bitPattern: $0) }, as: UTF8.self)
      if own.contains("/.build/") { return own.split(separator: "/").dropLast().map { "/" + $0 }.joined() }
    #endif
    return root + "/.build/debug"
  }
}
