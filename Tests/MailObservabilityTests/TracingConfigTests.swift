// Is every setting of the export checked, and is no secret told?

@testable import MailObservability
import ObservabilityPlatform
import TestSupport
import Testing

@Suite("Settings of tracing")
struct TracingConfigTests {
  private static func fault(_ change: (inout TracingConfig) -> Void) -> MetricsConfigError? {
    var config = TracingConfig(serviceName: "mx1")
    change(&config)
    do throws(MetricsConfigError) {
      try config.validate()
      return nil
    } catch {
      return error
    }
  }

  @Test("adds the signal to the collector's address, and not to one that is for traces")
  func targets() throws {
    let cases: [(endpoint: String, traces: String?, target: String, host: String)] = [
      ("http://localhost:4318", nil, "/v1/traces", "localhost:4318"),
      ("http://localhost:4318/", nil, "/v1/traces", "localhost:4318"),
      ("http://collector/otlp", nil, "/otlp/v1/traces", "collector"),
      ("http://collector/otlp/?key=a%20b", nil, "/otlp/v1/traces?key=a%20b", "collector"),
      ("http://[::1]:4318", nil, "/v1/traces", "[::1]:4318"),
      ("unix:/run/collector.sock", nil, "/v1/traces", "localhost"),
      ("http://ignored", "http://traces:1234", "/", "traces:1234"),
      ("http://ignored", "unix:/run/traces.sock", "/v1/traces", "localhost"),
      ("http://ignored", "http://traces/custom/path", "/custom/path", "traces"),
    ]
    for (endpoint, traces, target, host) in cases {
      var config = TracingConfig(serviceName: "mx1")
      config.endpoint = endpoint
      config.tracesEndpoint = traces
      let found = try #require(try config.exportEndpoint())
      #expect(found.target == target && found.host == host, "\(endpoint)")
    }
    var config = TracingConfig(serviceName: "mx1")
    config.exporter = .none
    config.endpoint = "nonsense"
    #expect(try config.exportEndpoint() == nil, "nobody needs it")
  }

  @Test(
    "refuses what cannot be used, and names it",
    arguments: [
      "", " ", "localhost", "localhost:4318", "ftp://localhost", "http:/localhost", "http://", "http://:4318",
      "http://localhost:0", "http://localhost:65536", "http://localhost:x", "http://lo calhost",
      "http://höst",
      "http://::1:4318", "unix:", "unix:relative", "http://user:geheim@localhost",
      "http://localhost/#fragment",
    ])
  func endpoints(endpoint: String) throws {
    let fault = try #require(Self.fault { $0.endpoint = endpoint })
    #expect(fault.code == .invalidSetting && fault.setting == "endpoint" && !fault.message.contains("geheim"))
    #expect(Self.fault { $0.tracesEndpoint = endpoint }?.setting == "tracesEndpoint")
  }

  @Test("names the trait that brings what is not here")
  func traits() throws {
    let tls = try #require(Self.fault { $0.endpoint = "https://collector:4318/?key=geheim" })
    #expect(tls.message.contains("OTLPTLS") && !tls.message.contains("geheim"))
    for text in ["htp://c?key=geheim", "c?key=geheim", "http://c:x?key=geheim", "http://u:geheim@c:x"] {
      let fault = try #require(Self.fault { $0.endpoint = text })
      #expect(!"\(fault) \(fault.value)".contains("geheim"), "\(text)")
    }
    let grpc = try #require(Self.fault { $0.protocol = .grpc })
    #expect(grpc.setting == "protocol" && grpc.message.contains("OTLPGRPC"))
  }

  @Test("refuses numbers out of their range")
  func numbers() {
    for (value, isFine) in [
      (Int.min, false), (-1, false), (0, false), (1, true), (65_536, true), (65_537, false), (.max, false),
    ] {
      #expect(
        (Self.fault {
          $0.queueSize = value; $0.batchSize = 1
        } == nil) == isFine, "queueSize \(value)")
      #expect(
        (Self.fault {
          $0.queueSize = 65_536; $0.batchSize = value
        } == nil) == isFine, "batchSize \(value)")
    }
    #expect(Self.fault { $0.batchSize = 2049 }?.setting == "batchSize")
    let durations: [(Duration, timeout: Bool, delay: Bool)] = [
      (.seconds(Int64.min), false, false), (.seconds(-1), false, false), (.zero, false, true),
      (.milliseconds(1), true, true), (.seconds(3600), true, true), (.seconds(3601), false, false),
      (.seconds(Int64.max), false, false),
    ]
    for (value, timeout, delay) in durations {
      #expect((Self.fault { $0.exportTimeout = value } == nil) == timeout, "exportTimeout \(value)")
      #expect((Self.fault { $0.batchDelay = value } == nil) == delay, "batchDelay \(value)")
    }
  }

  @Test("refuses header fields that cannot be sent")
  func headers() throws {
    for name in ["", "a b", "ä", "Host", "content-length", "a:b"] {
      #expect(Self.fault { $0.headers = [name: "geheim"] }?.setting == "headers", "\(name)")
    }
    for value in ["geheim\r\nX: y", "geheim\u{0}", "geheim\n"] {
      let fault = try #require(Self.fault { $0.headers = ["X-Key": value] })
      #expect(!"\(fault) \(fault.value)".contains("geheim"))
    }
    // Where a value stands in the name's place, the name is the secret.
    for name in ["Authorization: Bearer geheim", "Bearer geheim", "geheim\r\nX", "geheim:"] {
      let fault = try #require(Self.fault { $0.headers = ["X-Key": "1", name: "="] })
      #expect(fault.setting == "headers" && !"\(fault) \(fault.value)".contains("geheim"))
    }
    #expect(Self.fault { $0.headers = ["Authorization": "Bearer a=b, c"] } == nil)
  }

  @Test("refuses more header fields than there is room for, and keeps no more of them")
  func manyHeaders() throws {
    func fault(_ count: Int) -> MetricsConfigError? {
      Self.fault { config in
        for number in 0..<count { config.headers["X-\(number)"] = "geheim" }
        // A second value of one name is no further field.
        config.headers["x-0"] = "geheim"
        #expect(config.headers.fields.count == min(count, 128))
      }
    }
    #expect(fault(128) == nil)
    for count in [129, 10_000] {
      let fault = try #require(fault(count))
      #expect(fault.setting == "headers" && fault.message.contains("128"))
      #expect(!"\(fault) \(fault.value)".contains("geheim"))
    }
    var headers = TracingConfig.Headers()
    for number in 0..<129 { headers["X-\(number)"] = "1" }
    headers.removeAll()
    #expect(headers == TracingConfig.Headers())
  }

  @Test("refuses a resource that would make every request large")
  func largeResource() throws {
    func fault(_ attributes: [String: String]) -> MetricsConfigError? {
      Self.fault { $0.resourceAttributes = attributes }
    }
    func numbered(_ count: Int) -> [String: String] {
      Dictionary(uniqueKeysWithValues: (0..<count).map { ("\($0)", "v") })
    }
    #expect(fault(numbered(1024)) == nil)
    for attributes in [numbered(1025), numbered(100_000), ["a": String(repeating: "x", count: 65_536)]] {
      let fault = try #require(fault(attributes))
      #expect(fault.setting == "resourceAttributes" && fault.value.utf8.count < 64)
    }
    #expect(fault(["a": String(repeating: "x", count: 65_535)]) == nil)
  }

  @Test("tells a secret to nobody")
  func secrets() throws {
    var config = TracingConfig(serviceName: "mx1")
    config.headers = ["Authorization": "Bearer geheim", "X-Key": "geheim"]
    config.headers["authorization"] = "Bearer geheim2"
    config.addresses = .hashed(key: "geheim, and long enough")
    #expect(config.headers["AUTHORIZATION"] == "Bearer geheim2")
    var dumped = ""
    dump(config, to: &dumped)
    dump(config.headers, to: &dumped)
    let texts = [
      dumped, "\(config)", String(reflecting: config), "\(config.headers)",
      String(reflecting: config.headers),
      config.headers.description, config.headers.debugDescription, "\(config.addresses)",
      String(reflecting: config.addresses),
      String(describing: Optional(config.headers)),
      "\(Mirror(reflecting: config.headers).children.map { "\($0)" })",
    ]
    for text in texts { #expect(!text.contains("geheim"), "\(text)") }
    #expect(config.headers.description == "[X-Key: ***, authorization: ***]")
    config.headers["X-KEY"] = nil
    #expect(config.headers.fields.count == 1)
  }
}
