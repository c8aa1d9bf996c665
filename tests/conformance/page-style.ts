export const pageStyle = `
:root { color-scheme: light dark; --paper: #fcfbf8; --ink: #1c1f24; --muted: #5b616b; --rule: #dcd8ce; --faint: #f3f1ea;
  --ours: #1f5f8b; --peer: #6c6a73; --alarm: #b8231a; --held: #17694a; --mark: #7a5a00 }
@media (prefers-color-scheme: dark) { :root { --paper: #15171a; --ink: #e9e7e2; --muted: #a4a9b2; --rule: #363a41;
  --faint: #1d2024; --ours: #7fb9e2; --peer: #a9a6b3; --alarm: #ff8175; --held: #74cfa2; --mark: #dcb85e } }
* { box-sizing: border-box }
body { margin: 0; background: var(--paper); color: var(--ink); font: 16px/1.5 system-ui, 'Segoe UI', sans-serif;
  font-variant-numeric: tabular-nums; overflow-wrap: anywhere }
header, main { max-width: 66rem; margin: 0 auto; padding: 0 1.25rem }
header { padding-top: 3.5rem } main { padding-bottom: 5rem }
h1, h2, h3 { font-family: Charter, 'Iowan Old Style', 'Palatino Linotype', Georgia, 'Liberation Serif', serif;
  line-height: 1.2; font-weight: 600; text-wrap: balance }
h1 { font-size: clamp(1.7rem, 4.5vw, 2.6rem); margin: .4rem 0 1.2rem; max-width: 24em; letter-spacing: -.01em }
h2 { font-size: 1.5rem; margin: 3.5rem 0 .6rem } h3 { font-size: 1.15rem; margin: 0 }
p { margin: .4rem 0; max-width: 46rem } a { color: inherit; text-underline-offset: .2em;
  text-decoration-color: var(--rule) } a:hover { text-decoration-color: currentColor }
.kind { font-size: .85rem; font-weight: 600; margin: 0 } .quiet { color: var(--muted); font-size: .9rem }
.machine { border-top: 1px solid var(--rule); padding-top: .7rem; max-width: none }
.held { color: var(--held) } .alarm { color: var(--alarm) } .held, .alarm, .unjudged { font-weight: 600 }
.faults { border-left: 3px solid var(--alarm); padding: .2rem 0 .2rem 1rem; margin: 1rem 0; list-style: none }
table { border-collapse: collapse; width: 100%; font-size: .9rem; margin: .8rem 0 }
caption { text-align: left; color: var(--muted); padding-bottom: .6rem; max-width: 46rem }
th, td { text-align: left; vertical-align: baseline; padding: .38rem .9rem .38rem 0 } td:last-child { padding-right: 0 }
thead th { font-weight: 600; border-bottom: 1px solid var(--ink); vertical-align: bottom }
tbody th { font-weight: 400 } tbody { border-bottom: 1px solid var(--rule) } .results tbody th { max-width: 15rem }
.results .scenario { font-weight: 600 } .peer td { color: var(--muted) } .peer td.alarm { color: var(--alarm) }
th.n, td.n { text-align: right; white-space: nowrap } thead th, thead th.n { white-space: normal; overflow-wrap: normal }
.system { min-width: 9.6rem } td small { color: var(--muted); font-size: .8rem; display: block }
.gauge { width: 76px; height: 9px; margin-left: .6rem; vertical-align: baseline } .gauge path { stroke: var(--ink) }
.gauge rect { fill: var(--ours) } .peer .gauge rect { fill: var(--peer) } .gauge rect.over { fill: var(--alarm) }
article { border-top: 1px solid var(--rule); padding: 1.4rem 0 1rem; margin-top: 1rem; scroll-margin-top: 1rem }
article > div { overflow-x: auto; margin: .6rem 0 } article > div:focus-visible { outline: 2px solid var(--ours) }
article table { width: auto; min-width: min(100%, 34rem) } details { font-size: .9rem; color: var(--muted) }
article.peer { --ours: var(--peer) } details ul { margin: .3rem 0; padding-left: 1.2rem }
article svg { display: block; width: 100%; min-width: 740px; font-size: 12px }
svg text { fill: var(--muted); paint-order: stroke; stroke: var(--paper); stroke-width: 3px; stroke-linejoin: round } svg .strong { fill: var(--ink); font-weight: 600 } svg .head { fill: var(--ink) }
svg .scale { text-anchor: end } svg .end { text-anchor: end } svg .time { text-anchor: middle }
svg text.alarm { fill: var(--alarm) } .area { fill: var(--ours); fill-opacity: .2; stroke: var(--ours) }
.over { fill: var(--alarm); stroke: var(--alarm); stroke-width: .5 }
.axis, .limit, .span, .marks path, .ticks { fill: none } .axis { stroke: var(--muted) }
.limit { stroke: var(--ink); stroke-width: 1.4; stroke-dasharray: 7 3 } .ticks { stroke: var(--ours) }
.span { stroke: var(--muted) } .span.alarm { stroke: var(--alarm); stroke-width: 1.6 }
.marks path { stroke: var(--mark); stroke-dasharray: 2 2 } .marks text { fill: var(--mark); font-size: 11px }
@media (max-width: 46rem) {
  header { padding-top: 1.75rem } thead { position: absolute; clip-path: inset(50%) }
  table, tbody, caption { display: block } tr { display: grid; grid-template-columns: 1fr 1fr; padding: .6rem 0; gap: .2rem 1rem }
  article tr { grid-template-columns: repeat(3, 1fr) } tr + tr { border-top: 1px dotted var(--rule) } th, td, th.n, td.n { padding: 0; text-align: left; white-space: normal }
  tbody th, td.wide { grid-column: 1 / -1 } td[data-name]::before { content: attr(data-name); display: block;
    color: var(--muted); font-size: .75rem; font-weight: 400 } }
@media print { article { break-inside: avoid } article svg { min-width: 0 } }
`;
