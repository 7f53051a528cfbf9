// Which form does a scraper get for its `Accept`?

import EndpointMessages
import MetricExposition
import Testing

@testable import ObservabilityEndpoints

private let text = "text/plain; version=0.0.4; charset=utf-8"
private let text1 = "text/plain; version=1.0.0; charset=utf-8"
private let openMetrics = "application/openmetrics-text; version=1.0.0; charset=utf-8"

@Suite("The format of a scrape")
struct NegotiationTests {
  @Test(
    "is what Accept asks for, and text 0.0.4 for whatever cannot be had",
    arguments: [
      // Nothing asked.
      (nil, text), ("", text), (" ", text), (",", text), (";", text), ("*/*", text), ("text/*", text),
      // Prometheus 2.42, without and with native histograms.
      (
        "application/openmetrics-text;version=1.0.0,application/openmetrics-text;version=0.0.1;q=0.75,"
          + "text/plain;version=0.0.4;q=0.5,*/*;q=0.1", openMetrics
      ),
      (
        "application/vnd.google.protobuf;proto=io.prometheus.client.MetricFamily;encoding=delimited,"
          + "application/openmetrics-text;version=1.0.0;q=0.8,application/openmetrics-text;version=0.0.1;q=0.75,"
          + "text/plain;version=0.0.4;q=0.5,*/*;q=0.1", openMetrics
      ),
      // Prometheus 3, by default and with its older name validation.
      (
        "application/openmetrics-text;version=1.0.0;escaping=allow-utf-8;q=0.5,"
          + "application/openmetrics-text;version=0.0.1;q=0.4,text/plain;version=1.0.0;escaping=allow-utf-8;q=0.3,"
          + "text/plain;version=0.0.4;q=0.2,*/*;q=0.1", openMetrics + "; escaping=allow-utf-8"
      ),
      (
        "application/openmetrics-text;version=1.0.0;escaping=underscores;q=0.5,"
          + "application/openmetrics-text;version=0.0.1;q=0.4,text/plain;version=1.0.0;escaping=underscores;q=0.3,"
          + "text/plain;version=0.0.4;q=0.2,*/*;q=0.1", openMetrics + "; escaping=underscores"
      ),
      // Prometheus 3 told to scrape text only.
      (
        "text/plain;version=1.0.0;escaping=allow-utf-8;q=0.5,text/plain;version=0.0.4;q=0.4,*/*;q=0.3",
        text1 + "; escaping=allow-utf-8"
      ),
      ("text/plain;version=0.0.4;q=0.5,*/*;q=0.1", text),
      // Prometheus 1 and VictoriaMetrics.
      (
        "application/vnd.google.protobuf;proto=io.prometheus.client.MetricFamily;encoding=delimited;q=0.7,"
          + "text/plain;version=0.0.4;q=0.3,*/*;q=0.1", text
      ),
      ("text/plain;version=0.0.4;q=1,*/*;q=0.1", text),
      // curl, wget, browsers.
      ("*/*", text),
      ("text/html,application/xhtml+xml,application/xml;q=0.9,image/avif,image/webp,*/*;q=0.8", text),
      (
        "text/html,application/xhtml+xml,application/xml;q=0.9,image/webp,image/apng,*/*;q=0.8,"
          + "application/signed-exchange;v=b3;q=0.7", text
      ),
      ("image/png", text), ("application/json", text),
      // OpenMetrics only for whoever names it.
      ("application/openmetrics-text", openMetrics), ("application/*", text),
      ("application/openmetrics-text; version=1.0.0; charset=utf-8", openMetrics),
      ("application/openmetrics-text;version=0.0.1", text),
      ("application/openmetrics-text;version=2.0.0", text),
      ("application/openmetrics-text;version=1.0.0;q=0", text),
      ("application/openmetrics-text;version=1.0.0;q=0.0,text/plain;q=0.1", text),
      ("application/openmetrics-text;q=0.5,text/plain;q=0.5", openMetrics),
      ("text/plain;q=0.5,application/openmetrics-text;q=0.5", text),
      ("text/plain;q=0.5,application/openmetrics-text;q=0.501", openMetrics),
      ("text/plain;q=0,*/*;q=0", text),
      // Case, white space and quotes mean nothing.
      ("APPLICATION/OpenMetrics-Text;VERSION=1.0.0", openMetrics),
      ("  application/openmetrics-text ; version = \"1.0.0\" ; Q=0.9 , text/plain ; q=0.8 ", openMetrics),
      ("application/openmetrics-text;version=\"1.0\\.0\"", openMetrics),
      ("text/plain;x=\"a,b;q=0\";q=0.1,application/openmetrics-text;q=0.05", text),
      // Escaping.
      ("application/openmetrics-text;version=1.0.0;escaping=values", openMetrics + "; escaping=values"),
      ("application/openmetrics-text;version=1.0.0;escaping=dots", openMetrics + "; escaping=dots"),
      ("application/openmetrics-text;version=1.0.0;escaping=unknown", openMetrics),
      ("text/plain;version=0.0.4;escaping=values", text + "; escaping=values"),
      ("text/plain;escaping=allow-utf-8", text + "; escaping=allow-utf-8"),
      ("text/plain;version=1.0.0", text1), ("text/plain;version=9", text),
      // Malformed.
      ("application/openmetrics-text;q=2", text), ("application/openmetrics-text;q=-1", text),
      ("application/openmetrics-text;q=abc", text), ("application/openmetrics-text;q=", text),
      ("application/openmetrics-text;q=1.0001", text), ("application/openmetrics-text;q=0.1234", text),
      ("application/openmetrics-text;q=1.", openMetrics),
      ("application/openmetrics-text;q=1.000", openMetrics),
      ("application/openmetrics-text;;;", openMetrics), ("application/openmetrics-text,,,", openMetrics),
      ("application/openmetrics-text;version", openMetrics), ("openmetrics-text", text), ("/", text),
      ("application/openmetrics-text/x", text), ("\"application/openmetrics-text", text),
      ("\u{0}\u{FF}", text),
    ] as [(String?, String)])
  func table(accept: String?, contentType: String) {
    #expect(Self.contentType(accept: accept) == contentType)
  }

  @Test("is found in a header that is as long as headers may be, of which only the beginning is read")
  func long() {
    let noise = String(repeating: "a/b;q=0.1,", count: 1500)
    #expect(Self.contentType(accept: "application/openmetrics-text," + noise) == openMetrics)
    #expect(Self.contentType(accept: noise + "application/openmetrics-text") == text)
    #expect(Self.contentType(accept: String(repeating: "\"", count: 16_000)) == text)
    #expect(
      Self.contentType(accept: "application/openmetrics-text" + String(repeating: ";a=b", count: 4000))
        == openMetrics)
    let fields: EndpointFields = ["Accept": noise, "accept": noise]
    #expect(fields.accepted.count == AcceptedMembers.most)
  }

  @Test("is found in several fields as in one")
  func fields() {
    let fields: EndpointFields = ["Accept": "text/plain;q=0.5", "ACCEPT": "application/openmetrics-text"]
    #expect(ExpositionFormat.negotiated(fields.accepted).contentType == openMetrics)
  }

  @Test("is kept for the last few who asked, and for no long field nor for several")
  func kept() {
    let known = NegotiatedFormats()
    for _ in 0..<3 {
      for index in 0..<(2 * NegotiatedFormats.most) {
        let accept = index % 2 == 0 ? "application/openmetrics-text;n=\(index)" : "text/plain;n=\(index)"
        #expect(known.format(for: ["Accept": accept]).contentType == (index % 2 == 0 ? openMetrics : text))
        #expect(known.count <= NegotiatedFormats.most)
      }
      #expect(known.count == NegotiatedFormats.most)
    }
    let others = NegotiatedFormats()
    _ = others.format(for: ["Accept": String(repeating: "a", count: 1025)])
    _ = others.format(for: ["Accept": "text/plain", "accept": "*/*"])
    _ = others.format(for: [:])
    #expect(others.count == 0)
  }

  private static func contentType(accept: String?) -> String {
    var fields = EndpointFields()
    if let accept { fields.append("Accept", accept) }
    // Asked again in the same words it is the same.
    let known = NegotiatedFormats()
    let contentType = ExpositionFormat.negotiated(fields.accepted).contentType
    for _ in 0..<2 { #expect(known.format(for: fields).contentType == contentType) }
    return contentType
  }
}
