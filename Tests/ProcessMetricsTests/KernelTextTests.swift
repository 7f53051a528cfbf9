// Are lines, words and numbers of the kernel's files read as they stand, and is what is none of these nothing?

import Testing
@testable import ProcessMetrics

@Suite("The text of a kernel's file")
struct KernelTextTests {
  private func words(_ text: String) -> [String] {
    Array(text.utf8).withUnsafeBytes { bytes in
      var (text, words) = (KernelText(bytes), [String]())
      while let word = text.takeWord() { words.append(String(decoding: word.copy, as: UTF8.self)) }
      return words
    }
  }

  private func lines(_ text: String) -> [String] {
    Array(text.utf8).withUnsafeBytes { bytes in
      var (text, lines) = (KernelText(bytes), [String]())
      while let line = text.takeLine() { lines.append(String(decoding: line.copy, as: UTF8.self)) }
      return lines
    }
  }

  @Test(
    "has the words between its blanks",
    arguments: [
      ("", []), (" ", []), ("\n\t ", []), ("a", ["a"]), (" a  b\n", ["a", "b"]),
      ("a\tb\nc", ["a", "b", "c"]),
      ("a\0b", ["a\0b"]),
    ])
  func words(text: String, expected: [String]) { #expect(words(text) == expected) }

  @Test(
    "has the lines that have an end, and not what was cut off",
    arguments: [
      ("", []), ("a", []), ("\n", [""]), ("a\n", ["a"]), ("a\nb", ["a"]), ("a\n\nb\n", ["a", "", "b"]),
    ])
  func lines(text: String, expected: [String]) { #expect(lines(text) == expected) }

  @Test(
    "is a number when it is digits alone and fits",
    arguments: [
      ("0", 0), ("7", 7), ("007", 7), ("18446744073709551615", .max), ("18446744073709551616", nil),
      ("99999999999999999999999", nil), ("", nil), ("max", nil), ("-1", nil), ("+1", nil), ("1.5", nil),
      ("1 ", nil), ("0x1", nil), ("1\0", nil), ("١", nil),
    ] as [(String, UInt64?)])
  func numbers(text: String, number: UInt64?) {
    #expect(Array(text.utf8).withUnsafeBytes { KernelText($0).number } == number)
  }
}
