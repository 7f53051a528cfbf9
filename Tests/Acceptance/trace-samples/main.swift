// Does a reader of OTLP find in a request what the spans were given? Writes what it is to compare.
//
//   trace-samples FOLDER [SEED [REQUESTS]]
//
// For each request there are three files: `N.pb`, `N.pb.gz`, and `N.json` with what should be in it, described by whom
// the spans were made by, and not by what the library says of them.

import OTLPExport
import ObservabilityPlatform
import TraceSpans

func fail(_ reason: String) -> Never {
  print(reason)
  exit(1)
}

func write(_ bytes: [UInt8], to path: String) {
  guard let file = fopen(path, "w") else { fail("cannot write \(path)") }
  guard bytes.isEmpty || fwrite(bytes, bytes.count, 1, file) == 1, fclose(file) == 0 else {
    fail("cannot write \(path)")
  }
}

let arguments = CommandLine.arguments
guard arguments.count >= 2 else { fail("usage: trace-samples FOLDER [SEED [REQUESTS]]") }
let folder = arguments[1]
let seed = arguments.count > 2 ? UInt64(arguments[2]) ?? 0 : .random(in: .min ... .max)
let requests = arguments.count > 3 ? Int(arguments[3]) ?? 1 : 20
print("seed \(seed)")

var samples = SampleSpans(seed: seed)
let given = samples.attributes()
let resource = OTLPResource(serviceName: "mx1é", serviceVersion: "1.2", given: given.attributes)
let schemaURL = "https://example.org/schema/1"
let encoder = TraceRequestEncoder(resource, schemaURL: schemaURL)
let gzip: Gzip
do { gzip = try Gzip() } catch { fail("no zlib: \(error)") }

for number in 0..<requests {
  let spans = samples.makeSpans()
  guard var ended = samples.tracer.queue?.take(.max)[...], ended.count == spans.count else {
    fail("spans were lost")
  }
  let request = encoder.takeRequest(from: &ended)
  guard request.spans == spans.count, ended.isEmpty, let compressed = gzip.compress(request.bytes) else {
    fail("spans were left over")
  }
  let description = JSON.object([
    ("service_name", JSON.text("mx1é")), ("service_version", JSON.text("1.2")), ("pid", "\(getpid())"),
    ("given", given.description), ("schema_url", JSON.text(schemaURL)), ("spans", JSON.array(spans)),
  ])
  write(request.bytes, to: "\(folder)/\(number).pb")
  write(compressed, to: "\(folder)/\(number).pb.gz")
  write(Array(description.utf8), to: "\(folder)/\(number).json")
}
