// What are random attributes, and which of them does a limit leave?

import TestSupport
import TraceSpans

/// Attributes with different names, and what a reader should find of them.
struct SampleAttributes {
  let attributes: [TraceSpan.Attribute]
  /// Of those that a limit leaves.
  let description: String
  let dropped: Int

  init(_ generator: inout SeededGenerator, limit: Int) {
    // Seldom more than there is room for, and then seldom many more.
    let count =
      Int.random(in: 0...5, using: &generator) == 0 ? limit + 3 : Int.random(in: 0...8, using: &generator)
    var attributes: [TraceSpan.Attribute] = []
    var described: [String] = []
    for index in 0..<count {
      let key = "\(index)." + SampleValue.text(&generator).prefix(20)
      // A name of more than 256 bytes is left out, as is one over the limit.
      let value = SampleValue.random(&generator)
      attributes.append(TraceSpan.Attribute(key, value.value))
      if described.count < limit, key.utf8.count <= 256 {
        described.append(JSON.object([("key", JSON.text(key)), ("value", value.description)]))
      }
    }
    self.attributes = attributes
    description = JSON.array(described)
    dropped = count - described.count
  }
}
