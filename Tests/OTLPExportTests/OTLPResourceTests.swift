// Is a collector told who exports?

import Testing
import TraceSpans

@testable import OTLPExport

@Suite("A resource")
struct OTLPResourceTests {
  private func value<Value: TraceAttributeConvertible>(_ key: String, of resource: OTLPResource) -> Value? {
    let found = resource.attributes.filter { $0.key == key }
    #expect(found.count <= 1)
    return found.first.flatMap { Value(traceAttribute: $0.value) }
  }

  @Test("says what the process knows of itself")
  func found() throws {
    let resource = OTLPResource(serviceName: "mx1", serviceVersion: "1.2")
    #expect(value("service.name", of: resource) == "mx1")
    #expect(value("service.version", of: resource) == "1.2")
    #expect((value("process.pid", of: resource) as Int? ?? 0) > 0)
    #expect(value("telemetry.sdk.name", of: resource) == "swift-mail-observability")
    #expect(value("telemetry.sdk.language", of: resource) == "swift")
    #expect(value("telemetry.sdk.version", of: resource) as String? != nil)
    #expect((value("host.name", of: resource) as String?)?.isEmpty == false)
    let identifier = try #require(value("service.instance.id", of: resource) as String?)
    let digits = Array(identifier.utf8)
    #expect(digits.count == 36 && digits[14] == UInt8(ascii: "4"), "\(identifier)")
    #expect("89ab".utf8.contains(digits[19]), "\(identifier)")
    #expect(identifier.split(separator: "-").map(\.count) == [8, 4, 4, 4, 12])
    #expect(value("service.instance.id", of: OTLPResource()) != identifier)
  }

  @Test("takes any number of attributes in a time that grows with it and not faster", .timeLimit(.minutes(5)))
  func many() {
    let given = (0..<200_000).map { TraceSpan.Attribute("deployment.\($0)", $0) }
    let resource = OTLPResource(given: given + given)
    #expect(resource.attributes.count == given.count + 7)
    #expect(resource.attributes.last { $0.key == "deployment.199999" }?.value == .integer(199_999))
  }

  @Test("takes what is given in place of what it found, the last of one name, and not who exports")
  func given() {
    let given: [TraceSpan.Attribute] = [
      .init("host.name", "a"), .init("host.name", "b"), .init("service.name", "env"), .init("", "none"),
      .init("service.version", "3"), .init("telemetry.sdk.name", "other"), .init("service.instance.id", "me"),
      .init("number", 5), .init("e\u{301}", 1), .init("\u{E9}", 2),
    ]
    let resource = OTLPResource(given: given)
    #expect(value("host.name", of: resource) == "b")
    #expect(value("service.name", of: resource) == "env")
    #expect(value("service.version", of: resource) == "3")
    #expect(value("telemetry.sdk.name", of: resource) == "swift-mail-observability")
    #expect(value("service.instance.id", of: resource) == "me")
    #expect(value("number", of: resource) == 5)
    #expect(!resource.attributes.contains { $0.key.isEmpty })
    #expect(resource.attributes.filter { $0.key == "\u{E9}" }.count == 2, "names are compared as bytes")
    #expect(value("service.name", of: OTLPResource(serviceName: "code", given: given)) == "code")
    #expect(value("service.name", of: OTLPResource(serviceName: "", given: given)) == "env")
    let unnamed: String? = value("service.name", of: OTLPResource())
    #expect(unnamed?.hasPrefix("unknown_service:") == true)
  }
}
