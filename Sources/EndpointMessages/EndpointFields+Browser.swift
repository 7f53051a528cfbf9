// Does a browser send these fields?

extension EndpointFields {
  /// Whether fields are there that every browser sends and no script of a page can leave out: `Origin` or one of
  /// `Sec-Fetch-…`, a `User-Agent` that begins as all of theirs do, or a language beside an encoding that programs seldom
  /// ask for (Fetch, section 2.2.2, names what scripts cannot set).
  package var areFromBrowser: Bool {
    if self["Origin"] != nil || self["Sec-Fetch-Site"] != nil || self["Sec-Fetch-Mode"] != nil { return true }
    if let agent = self["User-Agent"], agent.hasPrefix("Mozilla/") { return true }
    guard self["Accept-Language"] != nil, let codings = self["Accept-Encoding"] else { return false }
    return codings.utf8.split(separator: UInt8(ascii: ",")).contains { coding in
      coding.drop { $0 == UInt8(ascii: " ") }.starts(with: "deflate".utf8)
    }
  }
}
