/// How the page looks: light and dark by the reader's wish, black on white in print.
enum Stylesheet {
  static let text = """
    :root { color-scheme: light dark; --ink: #1c2126; --paper: #fff; --faint: #667079;
      --rule: #d9dee3; --a: #1f6feb; --b: #8250df; --c: #1a7f37; --d: #cf222e; --e: #9a6700;
      --f: #57606a; }
    @media (prefers-color-scheme: dark) { :root { --ink: #e6e9ec; --paper: #14181c;
      --faint: #9aa5af; --rule: #333c44; --a: #58a6ff; --b: #bc8cff; --c: #3fb950; --d: #ff7b72;
      --e: #d29922; --f: #8b949e; } }
    * { box-sizing: border-box; }
    body { margin: 0 auto; padding: 1.5rem; max-width: 68rem; color: var(--ink);
      background: var(--paper); font: 15px/1.45 system-ui, sans-serif; }
    h1 { font-size: 1.5rem; margin: 0; } h2 { font-size: 1.1rem; margin: 2rem 0 .5rem; }
    p { margin: .3rem 0; } small, .faint { color: var(--faint); font-size: .85em; }
    dl { display: grid; grid-template-columns: repeat(auto-fill, minmax(10.5rem, 1fr));
      gap: .75rem; margin: 1.2rem 0; }
    dl div { border: 1px solid var(--rule); border-radius: 6px; padding: .5rem .75rem; }
    dt { color: var(--faint); font-size: .85em; }
    dd { margin: 0; font-size: 1.15rem; font-variant-numeric: tabular-nums; }
    table { border-collapse: collapse; width: 100%; font-variant-numeric: tabular-nums; }
    th, td { text-align: left; padding: .25rem .6rem; border-bottom: 1px solid var(--rule);
      vertical-align: top; overflow-wrap: anywhere; }
    table.numbers th + th, table.numbers td + td { text-align: right; }
    .columns { display: grid; grid-template-columns: repeat(auto-fit, minmax(19rem, 1fr));
      gap: 0 2rem; align-items: start; }
    figure { margin: 1rem 0; } figcaption { font-weight: 600; }
    svg { width: 100%; height: auto; display: block; font: 11px system-ui, sans-serif; }
    svg text { fill: var(--faint); } svg text.y { text-anchor: end; dominant-baseline: middle; }
    svg text.x { text-anchor: middle; }
    .grid { stroke: var(--rule); fill: none; stroke-width: 1; }
    .line { fill: none; stroke: var(--k); stroke-width: 1.4; stroke-linejoin: round; }
    .area { fill: var(--k); opacity: .22; } .band { fill: var(--k); opacity: .1; }
    .mark { fill: var(--k); stroke: var(--paper); stroke-width: .7; }
    .a { --k: var(--a); } .b { --k: var(--b); } .c { --k: var(--c); } .d { --k: var(--d); }
    .e { --k: var(--e); } .f { --k: var(--f); }
    .legend { list-style: none; margin: .2rem 0; padding: 0; display: flex; flex-wrap: wrap;
      gap: .2rem 1rem; font-size: .85em; color: var(--faint); }
    .legend li::before { content: ""; display: inline-block; width: .8em; height: .8em;
      margin-right: .4em; border-radius: 2px; background: var(--k); vertical-align: -1px; }
    .good::before { content: "✓ "; color: var(--c); } .bad::before { content: "✗ "; }
    .bad { color: var(--d); font-weight: 600; }
    details summary { cursor: pointer; margin: .5rem 0; }
    @media print { :root { --ink: #000; --paper: #fff; --faint: #444; --rule: #bbb; }
      body { max-width: none; padding: 0; font-size: 10pt; }
      figure, table, dl div { break-inside: avoid; } details > * { display: block; } }
    """
}
