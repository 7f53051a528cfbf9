// How are families written as JSON, one sample at a time?

import MetricExposition
import MetricParsing

enum FamiliesJSON {
  /// Hands over an array of families in pieces, so that no more than one sample is held.
  static func write(_ exposition: ParsedExposition, to output: ([UInt8]) -> Void) {
    var isFirst = true
    output(Array("[".utf8))
    for family in exposition.families {
      output(Array((isFirst ? "\n" : ",\n").utf8))
      isFirst = false
      output(head(family))
      var isFirstSample = true
      for sample in family.samples {
        output(Array((isFirstSample ? "\n" : ",\n").utf8))
        isFirstSample = false
        output(text(sample))
      }
      output(Array("]}".utf8))
    }
    output(Array((isFirst ? "]\n" : "\n]\n").utf8))
  }

  /// All of a family up to its first sample.
  private static func head(_ family: ParsedExposition.Family) -> [UInt8] {
    var json = JSONText()
    json.object { json in
      json.key("name")
      json.string(family.name)
      json.key("type")
      json.string(family.type.rawValue)
      json.key("unit")
      json.string(orNull: family.unit)
      json.key("help")
      json.string(orNull: family.help)
      json.key("line")
      json.integer(family.line)
      json.key("samples")
      json.array { _ in }
    }
    // Without the brackets that the samples come before.
    return Array(json.bytes.dropLast(2)).withSteeringEscaped
  }

  private static func text(_ sample: ParsedExposition.Sample) -> [UInt8] {
    var json = JSONText()
    json.object { json in
      json.key("name")
      json.string(sample.name)
      json.labels(sample.labels)
      json.value(sample.value)
      json.time("timestamp", sample.timestamp)
      json.time("created", sample.created)
      if let exemplar = sample.exemplar {
        json.key("exemplar")
        json.object { json in
          json.labels(exemplar.labels)
          json.value(exemplar.value)
          json.time("timestamp", exemplar.timestamp)
        }
      }
      json.key("line")
      json.integer(sample.line)
    }
    return json.bytes.withSteeringEscaped
  }
}

extension JSONText {
  fileprivate mutating func string(orNull text: String?) {
    if let text { string(text) } else { null() }
  }

  fileprivate mutating func labels(_ labels: [ParsedExposition.Label]) {
    key("labels")
    object { json in
      for label in labels {
        json.key(label.name)
        json.string(label.value)
      }
    }
  }

  fileprivate mutating func value(_ value: Double) {
    key("value")
    number(value)
    guard !value.isFinite else { return }
    key("notFinite")
    string(value.isNaN ? "NaN" : value > 0 ? "+Inf" : "-Inf")
  }

  fileprivate mutating func time(_ name: String, _ seconds: Double?) {
    guard let seconds else { return }
    key(name)
    number(seconds)
  }
}
