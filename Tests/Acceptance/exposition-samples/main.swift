// What does the library write about metrics whose values are known? For acceptance tests that read it elsewhere.
//
// Usage: exposition-samples SEED [utf8]
// Prints one JSON object: `samples`, what was recorded, and each format as text. The random names, labels and numbers
// follow from the seed; `utf8` lets names be any text.

import MetricExposition
import MetricInstruments

let arguments = CommandLine.arguments.dropFirst()
let seed = arguments.first.flatMap { UInt64($0) } ?? 1
var samples = try RandomSamples(seed: seed, allowsUTF8: arguments.contains("utf8"))
try samples.generate()

let variables = samples.variables
let metrics = GatheredMetrics(registered: samples.registry.families, collected: samples.collected)

func text(_ form: ExpositionForm, _ escaping: NameEscaping? = nil) -> String {
  var encoder = ExpositionFormat(form, escaping: escaping).encoder(of: metrics, variables)
  var buffer = OutputBuffer()
  // In small parts, as a large exposition is streamed.
  while encoder.encode(to: &buffer, untilSize: buffer.count + 100) {}
  return String(decoding: buffer.bytes, as: UTF8.self)
}

var document = PlainJSON()
document.object { document in
  document.field("samples") { samples.expected.write(to: &$0) }
  document.field("variables") { samples.expectedVariables.write(to: &$0) }
  document.field("text") { $0.string(text(.text, .allowUTF8)) }
  document.field("openmetrics") { $0.string(text(.openMetrics, .allowUTF8)) }
  document.field("text_values") { $0.string(text(.text, .values)) }
  document.field("openmetrics_values") { $0.string(text(.openMetrics, .values)) }
  document.field("openmetrics_underscores") { $0.string(text(.openMetrics, .underscores)) }
  document.field("json") { $0.string(text(.json)) }
  document.field("vars") { $0.string(text(.variables)) }
}
print(document.text)
