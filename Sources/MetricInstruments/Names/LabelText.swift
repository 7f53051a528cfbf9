// When are two label values, or two names, the same?

/// A text as scrapers tell it from others: by its bytes in UTF-8, after U+FFFD has taken the place of each NUL.
///
/// `String ==` is canonical equivalence: to it a decomposed "é" is the composed one, which to a scraper is another series.
/// The order is that of the bytes as well.
package struct LabelText: Sendable, Hashable, Comparable, CustomStringConvertible {
  /// The text as it is shown, without a NUL.
  package let text: String

  /// The text as it is shown.
  package init(_ value: String) {
    var shown = LabelValue.withoutNUL(value)
    shown.makeContiguousUTF8()
    text = shown
  }

  package static func == (left: LabelText, right: LabelText) -> Bool {
    left.text.withUTF8Bytes { left in
      right.text.withUTF8Bytes { right in left.count == right.count && left.elementsEqual(right) }
    }
  }

  package func hash(into hasher: inout Hasher) {
    text.withUTF8Bytes { hasher.combine(bytes: UnsafeRawBufferPointer($0)) }
    // No UTF-8 has this byte, so texts hashed one after the other do not run together.
    hasher.combine(0xFF as UInt8)
  }

  package static func < (left: LabelText, right: LabelText) -> Bool {
    left.text.utf8.lexicographicallyPrecedes(right.text.utf8)
  }

  /// The same order for texts that are known to have no NUL.
  package static func precedes(_ left: String, _ right: String) -> Bool {
    left.utf8.lexicographicallyPrecedes(right.utf8)
  }

  package var description: String { text }
}
