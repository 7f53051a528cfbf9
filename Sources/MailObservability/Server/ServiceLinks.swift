// Which variables has Kubernetes set, and no operator?

/// Where a pod has service links, it has variables for each Service of its namespace: a Service `mailobs`, or one whose
/// name begins with `mailobs-`, has some whose names begin as those of the configuration do.
///
/// Source: Kubernetes, "Service", environment variables; those of Docker's links, which they include.
enum ServiceLinks {
  /// Whether it is one of them: `…SERVICE_HOST`, `…SERVICE_PORT`, `…SERVICE_PORT_NAME`, `…PORT` with an address that has
  /// a scheme, `…PORT_9090_TCP` and the three parts of that.
  ///
  /// - Parameter name: without the prefix.
  static func contain(_ name: Substring, _ value: [UInt8]) -> Bool {
    let words = name.split(separator: "_", omittingEmptySubsequences: false)
    return words.indices.contains { isEnd(Array(words[$0...]), value) }
  }

  /// - Parameter words: what is behind the name of the Service.
  private static func isEnd(_ words: [Substring], _ value: [UInt8]) -> Bool {
    switch words.first {
    case "SERVICE" where words.count > 1:
      words[1] == "HOST" && words.count == 2 || words[1] == "PORT" && isNumber(value)
    case "PORT" where words.count == 1:
      // A bare number is of somebody who has looked for another name.
      String(decoding: value, as: UTF8.self).contains("://")
    case "PORT" where words.count == 3 || words.count == 4:
      isNumber(words[1].utf8) && ["TCP", "UDP", "SCTP"].contains(words[2])
        && (words.count == 3 || ["PROTO", "PORT", "ADDR"].contains(words[3]))
    default: false
    }
  }

  private static func isNumber(_ bytes: some Collection<UInt8>) -> Bool {
    !bytes.isEmpty && bytes.allSatisfy { UInt8(ascii: "0")...UInt8(ascii: "9") ~= $0 }
  }
}
