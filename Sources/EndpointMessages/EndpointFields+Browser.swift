// Does a browser send these fields?

extension EndpointFields {
  /// Whether a field is there that browsers send and programs seldom do: a language, an `Origin`, one of `Sec-Fetch-…`, or a
  /// `User-Agent` that begins as all of theirs do. A page's script may write another agent, and another language, but cannot
  /// send no language at all (Fetch, "HTTP-network-or-cache fetch").
  package var areFromBrowser: Bool {
    self["Accept-Language"] != nil || self["Origin"] != nil || self["Sec-Fetch-Site"] != nil
      || self["Sec-Fetch-Mode"] != nil || self["User-Agent"]?.hasPrefix("Mozilla/") == true
  }
}
