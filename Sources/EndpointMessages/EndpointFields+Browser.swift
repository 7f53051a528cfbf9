// Does a browser send these fields, and for a page of whose?

extension EndpointFields {
  /// Whether a field is there that browsers send and programs seldom do: a language, an `Origin`, one of `Sec-Fetch-…`, or a
  /// `User-Agent` that begins as all of theirs do. A page's script may write another agent, and another language, but cannot
  /// send no language at all (Fetch, "HTTP-network-or-cache fetch").
  package var areFromBrowser: Bool {
    self["Accept-Language"] != nil || self["Origin"] != nil || self["Sec-Fetch-Site"] != nil
      || self["Sec-Fetch-Mode"] != nil || self["User-Agent"]?.hasPrefix("Mozilla/") == true
  }

  /// Whether a browser says that a page of another site asks, or of another port of this one (Fetch Metadata Request
  /// Headers, "Sec-Fetch-Site"). Browsers say so to loopback addresses and over TLS only.
  package var areByPageOfOtherSite: Bool {
    self["Sec-Fetch-Site"].map { $0 != "none" && $0 != "same-origin" } ?? false
  }
}
