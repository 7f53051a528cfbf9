// How do the pages look, and how does a browser know that nothing else has been put into them?

import ObservabilityPlatform

/// The one style of all pages, and the policy that admits it and nothing else: no script, no picture, no other origin.
enum PageStyle {
  /// What a browser is allowed. The style is known by its digest, so that a text which became a tag would be none.
  static let policy =
    "default-src 'none'; style-src 'sha256-\(Base64.encoded(SHA256.digest(Array(text.utf8))))'; base-uri 'none'; "
    + "form-action 'self'; frame-ancestors 'none'"

  static let text = colours + general + tables + traces + narrow

  private static let colours = """
    :root{color-scheme:light dark;--page:#fff;--ink:#1b1c1e;--dim:#56595e;--line:#d5d7db;--soft:#f3f4f6;\
    --link:#0b57b7;--bar:#3c78c2;--bad:#b3261e}\
    @media(prefers-color-scheme:dark){:root{--page:#15171a;--ink:#e7e8ea;--dim:#a9adb4;--line:#3a3d43;\
    --soft:#1f2226;--link:#8cb8f5;--bar:#5b93d8;--bad:#ff8a80}}
    """

  private static let general = """
    body{font:15px/1.45 system-ui,sans-serif;max-width:76em;margin:0 auto;padding:1em;color:var(--ink);\
    background:var(--page)}a{color:var(--link)}a:focus-visible,[tabindex]:focus-visible,summary:focus-visible\
    {outline:2px solid var(--link);outline-offset:2px}\
    nav{display:flex;flex-wrap:wrap;gap:.2em 1.1em;padding-bottom:.6em;border-bottom:1px solid var(--line)}\
    nav a{overflow-wrap:anywhere}nav a[aria-current]{color:var(--ink);font-weight:600;text-decoration:none}\
    h1{font-size:1.4em;margin:.8em 0 .5em;overflow-wrap:anywhere;unicode-bidi:isolate}\
    h2{font-size:1.1em;margin:1.3em 0 .4em;overflow-wrap:anywhere;unicode-bidi:isolate}\
    h3{font-size:1em;margin:0;overflow-wrap:anywhere}p{margin:.5em 0;overflow-wrap:anywhere;unicode-bidi:isolate}\
    .dim,.none,small,footer{color:var(--dim)}.bad,.bad a{color:var(--bad)}\
    dl{display:grid;grid-template-columns:fit-content(16em) minmax(0,1fr);gap:.15em 1em;margin:.4em 0}\
    dt{color:var(--dim)}dt,dd{overflow-wrap:anywhere;unicode-bidi:isolate}dd{margin:0}\
    code{font-size:.9em;overflow-wrap:anywhere}footer{margin-top:1.6em;border-top:1px solid var(--line)}
    """

  private static let tables = """
    .scroll{overflow-x:auto}table{border-collapse:collapse;font-variant-numeric:tabular-nums}\
    td,th{padding:.25em .8em .25em 0;text-align:left;vertical-align:top;border-bottom:1px solid var(--line)}\
    th{color:var(--dim);font-weight:600;white-space:nowrap}td{overflow-wrap:anywhere;unicode-bidi:isolate;min-width:6em}\
    td.number{min-width:0}.number{text-align:right;white-space:nowrap}.figures td,.figures th{text-align:right;white-space:nowrap;min-width:0}\
    .figures td:first-child,.figures th:first-child{text-align:left;white-space:normal}.label{display:none}
    """

  private static let traces = """
    .find{display:flex;flex-wrap:wrap;gap:.5em 1.5em}input{width:13em;max-width:100%;font:inherit}button{font:inherit}\
    section{border-top:1px solid var(--line);padding:.7em 0}section p{margin:.1em 0 .5em}\
    summary{display:grid;grid-template-columns:minmax(0,2fr) minmax(0,3fr) 7em;gap:.2em .8em;align-items:center;\
    cursor:pointer;padding:.15em 0}summary:hover{background:var(--soft)}\
    .name{margin-left:calc(var(--depth)*1em);overflow-wrap:anywhere;unicode-bidi:isolate}\
    details:not([open]) .name{max-height:2.9em;overflow:hidden}\
    .name::before{content:"\\25B8";color:var(--dim);margin-right:.4em}[open]>summary .name::before{content:"\\25BE"}\
    .track{display:block;width:100%;height:.8em;background:var(--line);border-radius:2px}\
    .track .bar{fill:var(--bar)}.bad .bar{fill:var(--bad)}.track .event{fill:var(--ink)}\
    .time{text-align:right;font-variant-numeric:tabular-nums;white-space:nowrap}\
    details dl{margin:.2em 0 .7em calc(var(--depth)*1em + 1.2em)}details dd{white-space:pre-wrap}\
    .bad dl{color:var(--ink)}.bad dd:first-of-type{color:var(--bad)}\

    """ + (0...12).map { ".d\($0){--depth:\($0)}" }.joined()

  /// A row is a card there: its cells stand below one another, each behind the name of its column.
  private static let narrow = """
    @media(max-width:38em){body{padding:.7em}\
    details dl{grid-template-columns:minmax(0,1fr)}details dd{margin:0 0 .4em .8em}\
    .cards thead{position:absolute;width:1px;height:1px;overflow:hidden;clip-path:inset(50%)}\
    .cards,.cards tbody,.cards tr,.cards td{display:block}.cards tr{padding:.5em 0;border-bottom:1px solid var(--line)}\
    .cards td{display:grid;grid-template-columns:7.5em minmax(0,1fr);gap:.6em;padding:.1em 0;border:0;text-align:left;\
    white-space:normal}.label{display:block;color:var(--dim)}\
    summary{grid-template-columns:minmax(0,1fr) auto}.track{grid-row:2;grid-column:1/3}}
    """
}
