import Testing

#if canImport(Darwin)
  import Darwin
#else
  import Glibc
#endif

@Suite("The package")
struct LinkageTests {
  /// The root of the package: this file is three levels below it.
  private var root: String { #filePath.split(separator: "/").dropLast(3).map { "/" + $0 }.joined() }

  private func contents(of path: String) -> String? {
    guard let file = fopen(path, "r") else { return nil }
    defer { fclose(file) }
    var bytes: [UInt8] = []
    var chunk = [UInt8](repeating: 0, count: 65_536)
    while true {
      let count = fread(&chunk, 1, chunk.count, file)
      if count == 0 { break }
      bytes += chunk[..<count]
    }
    return String(decoding: bytes, as: UTF8.self)
  }

  @Test("resolves no other package")
  func dependencies() throws {
    let manifest = try #require(contents(of: root + "/Package.swift"))
    #expect(!manifest.split(separator: "\n").contains { $0.contains(".package(") })
    // A resolution leaves this file behind as soon as there is anything to pin.
    #expect(contents(of: root + "/Package.resolved") == nil)
  }

  @Test("builds an example that links no Foundation")
  func foundation() throws {
    // Tests run from the folder into which the products are built.
    let executable = try #require(productFolder.map { $0 + "/example-mail-server" })
    let bytes = try #require(contents(of: executable), "\(executable) was not built")
    for library in ["libFoundation.so", "libFoundationEssentials.so", "Foundation.framework"] {
      #expect(bytes.range(of: library) == nil, "links \(library)")
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
