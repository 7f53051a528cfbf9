// How does the live page look, by day and by night, on a phone and on a wall?

extension LivePage {
  /// Colours are those of M. Okabe and K. Ito (Color Universal Design), darkened or lightened to stand out from the
  /// ground; a line is told by its dashes as well, a state by its sign.
  static let style = """
    :root{color-scheme:light dark;--bg:#fff;--fg:#1b1f24;--dim:#57606a;--line:#d0d7de;--card:#f6f8fa;
    --c0:#0072b2;--c1:#b34700;--c2:#00805f;--c3:#a8487c;--c4:#8a6000;--c5:#3d6f99;--c6:#1b1f24;--heat:#0072b2;
    --good:#00693e;--warning:#7a5200;--bad:#b3261e;--mark:#8888}
    @media(prefers-color-scheme:dark){:root{--bg:#0d1117;--fg:#e6edf3;--dim:#9da7b3;--line:#30363d;--card:#161b22;
    --c0:#56b4e9;--c1:#ff9b5c;--c2:#2fd3a2;--c3:#f0a6cf;--c4:#e8c547;--c5:#a5c8ff;--c6:#e6edf3;--heat:#56b4e9;
    --good:#3fd68f;--warning:#e8b93f;--bad:#ff8a80}}
    *{box-sizing:border-box}
    body{overflow-wrap:anywhere;margin:0 auto;padding:0 1rem 2rem;max-width:100rem;background:var(--bg);color:var(--fg);
    font:15px/1.45 system-ui,sans-serif;font-variant-numeric:tabular-nums}
    h1{font-size:1.3rem;margin:.8rem 0 .3rem}h2{font-size:1.1rem;margin:1.6rem 0 .5rem}
    h3{font-size:.95rem;margin:0;font-weight:600}h3 small{color:var(--dim);font-weight:400}
    a{color:var(--c0)}button{font:inherit;color:inherit;background:var(--card);border:1px solid var(--line);
    border-radius:5px;padding:.15rem .7rem;min-height:1.9rem;cursor:pointer}
    button[aria-pressed=true]{background:var(--fg);color:var(--bg)}
    :focus-visible{outline:3px solid var(--c0);outline-offset:2px}
    #verdict p{margin:.25rem 0;padding:.35rem .7rem;border-left:5px solid var(--line);background:var(--card);
    overflow-wrap:anywhere}
    #verdict .good{border-color:var(--good)}#verdict .warning{border-color:var(--warning)}
    #verdict .bad{border-color:var(--bad);font-weight:600}
    .good b{color:var(--good)}.warning b{color:var(--warning)}.bad b{color:var(--bad)}
    .bar{display:flex;flex-wrap:wrap;gap:.4rem;align-items:center;margin:.7rem 0}
    .bar p{margin:0;color:var(--dim)}
    .grid{display:grid;grid-template-columns:repeat(auto-fill,minmax(min(100%,23rem),1fr));gap:.8rem}
    .card{border:1px solid var(--line);border-radius:7px;padding:.55rem .7rem;min-width:0}
    .plot{position:relative;margin:.3rem 0;cursor:crosshair;touch-action:pan-y}
    .plot svg,.plot canvas{display:block;width:100%}
    .plot text{fill:var(--dim);font-size:11px}.plot path{fill:none;stroke-width:1.6;stroke-linecap:round}
    .rule{stroke:var(--line)}.cursor{stroke:var(--fg);stroke-width:1}.band{fill:var(--mark)}
    .start{stroke:var(--fg);stroke-dasharray:2 3}
    .legend{list-style:none;display:flex;flex-wrap:wrap;gap:.1rem .9rem;margin:0;padding:0}
    .legend li{white-space:nowrap}.legend svg{width:22px;height:8px;margin-right:.3rem;vertical-align:middle}
    .legend path{fill:none;stroke-width:2}.legend b{font-weight:600}
    .note{color:var(--dim);margin:.1rem 0 0;font-size:.87rem;overflow-wrap:anywhere}
    .hidden{position:absolute;width:1px;height:1px;overflow:hidden;clip-path:inset(50%);white-space:nowrap}
    .heat{height:7.5rem}
    .checks,.traces{list-style:none;margin:0;padding:0}
    .checks li{display:grid;grid-template-columns:1.4em minmax(0,1fr) minmax(4rem,40%);gap:.4rem;align-items:center;
    border-bottom:1px solid var(--line);padding:.2rem 0;overflow-wrap:anywhere}
    .strip{display:block;width:100%;height:14px}.strip rect{stroke:var(--bg);stroke-width:.5}
    .s-pass{fill:var(--good)}.s-warn{fill:var(--warning)}.s-fail{fill:var(--bad)}.s-pending{fill:var(--line)}
    table{border-collapse:collapse;width:100%;table-layout:fixed}td,th{text-align:left;padding:.15rem .3rem;vertical-align:top;
    border-bottom:1px solid var(--line);font-weight:400;overflow-wrap:anywhere;unicode-bidi:isolate}
    td{text-align:right;width:42%}
    .traces li{padding:.2rem 0;border-bottom:1px solid var(--line);overflow-wrap:anywhere;unicode-bidi:isolate}
    .more{margin-top:.8rem}caption{text-align:left}
    footer ul{padding-left:1.2rem}
    """
}
