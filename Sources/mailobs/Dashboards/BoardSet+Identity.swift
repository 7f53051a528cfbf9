// By which names do the boards of two hosts stand beside each other in one Grafana?

import MailObservability

extension BoardSet {
  private static let usualNamespace = "rusmes"
  /// Grafana takes 40 bytes; the prefix and the longest name of a board leave these.
  private static let longest = 22

  /// What tells these boards apart from those of another namespace or other groups; nil for the usual ones. Letters that
  /// an address may have, and no more than fit.
  private var distinction: String? {
    guard namespace != BoardSet.usualNamespace || groups != .all else { return nil }
    // No group at all is another choice than every group.
    let names = groups == .all ? "" : "," + groups.map(\.rawValue).sorted().joined(separator: ",")
    var parts = namespace == BoardSet.usualNamespace ? [] : [namespace]
    if !names.isEmpty { parts.append(BoardSet.digest(names, digits: 8)) }
    let text = parts.joined(separator: "-")
    let isLegal =
      !parts.contains("")
      && text.utf8.allSatisfy { "abcdefghijklmnopqrstuvwxyz0123456789_-".utf8.contains($0) }
    return isLegal && text.utf8.count <= BoardSet.longest
      ? text : BoardSet.digest(namespace + "/" + names, digits: 16)
  }

  /// What boards link to each other by.
  func uid(_ name: BoardName) -> String { "\(tag)-\(name.rawValue)" }

  /// What the boards of one set have in common, and no other.
  var tag: String { distinction.map { "mailobs-\($0)" } ?? "mailobs" }

  /// What stands behind a title; empty for the usual boards.
  var titleSuffix: String {
    var parts: [String] = []
    if namespace != BoardSet.usualNamespace { parts.append(namespace.isEmpty ? "no namespace" : namespace) }
    let absent = Set<MetricGroup>.all.subtracting(groups)
    if groups.isEmpty {
      parts.append("no groups")
    } else if !absent.isEmpty {
      let isShort = groups.count <= absent.count
      let names = (isShort ? groups : absent).map(\.rawValue).sorted().joined(separator: ", ")
      parts.append((isShort ? "" : "without ") + names)
    }
    return parts.isEmpty ? "" : " (\(parts.joined(separator: "; ")))"
  }

  /// FNV-1a (64 bits) in hexadecimal digits: the same for ever, which `Hasher` is not.
  private static func digest(_ text: String, digits: Int) -> String {
    let hash = text.utf8.reduce(0xCBF2_9CE4_8422_2325 as UInt64) { ($0 ^ UInt64($1)) &* 0x100_0000_01B3 }
    let hexadecimal = String(hash, radix: 16)
    return String((String(repeating: "0", count: 16 - hexadecimal.count) + hexadecimal).suffix(digits))
  }
}
