--- How a page looks: light, dark, on paper; from 360 pixels up. Pure.
return [[
:root {
  color-scheme: light dark;
  --paper: #fbfaf7; --card: #ffffff; --ink: #1f242c; --quiet: #59616d; --line: #e1ded6;
  --add: #176338; --add-paper: #e6f3e9; --change: #7c4a00; --change-paper: #fbf0db;
  --remove: #9c2329; --remove-paper: #fae8e7; --mark: #2f5d8c; --band: #ece9e0;
  --text: system-ui, -apple-system, "Segoe UI", "Noto Sans", "DejaVu Sans", sans-serif;
  --code: ui-monospace, "SF Mono", Menlo, Consolas, "DejaVu Sans Mono", monospace;
}
@media (prefers-color-scheme: dark) {
  :root {
    --paper: #14171b; --card: #1a1e24; --ink: #e4e7eb; --quiet: #a0a9b5; --line: #303741;
    --add: #86d6a1; --add-paper: #14291c; --change: #ecc27a; --change-paper: #2c2414;
    --remove: #f7a29d; --remove-paper: #321b1c; --mark: #8fb9e6; --band: #262c35;
  }
}
* { box-sizing: border-box; }
html { font: 1rem/1.55 var(--text); background: var(--paper); color: var(--ink);
  -webkit-text-size-adjust: 100%; }
body { margin: 0 auto; padding: clamp(1rem, 4vw, 3.5rem) clamp(1rem, 4vw, 3rem) 4rem;
  max-width: 68rem; }
h1 { font-size: clamp(1.7rem, 1.2rem + 2vw, 2.4rem); line-height: 1.15; letter-spacing: -.02em;
  font-weight: 650; margin: 0; }
h2 { font-size: 1.2rem; line-height: 1.3; letter-spacing: -.01em; font-weight: 650;
  margin: 3rem 0 .2rem; }
h3 { font-size: 1rem; font-weight: 600; margin: 2rem 0 .6rem; display: flex; flex-wrap: wrap;
  gap: 0 .6rem; align-items: baseline; }
h3 small { font-weight: 400; color: var(--quiet); font-size: .875rem; }
p { margin: .3rem 0 .8rem; max-width: 44rem; }
a { color: var(--mark); text-underline-offset: .2em; }
code, pre { font-family: var(--code); font-size: .8125rem; }
:focus-visible { outline: 2px solid var(--mark); outline-offset: 2px; border-radius: .25rem; }
.brand { color: var(--quiet); font-size: .875rem; margin: 0 0 .4rem; }
.lead { font-size: 1.06rem; margin: .5rem 0 0; }
.where { color: var(--quiet); margin: .2rem 0 0; overflow-wrap: anywhere; }
.note { color: var(--quiet); font-size: .875rem; }
.counts { display: grid; grid-template-columns: repeat(auto-fit, minmax(8rem, 1fr)); gap: .75rem;
  margin: 1.75rem 0 0; padding: 0; list-style: none; }
.counts li { padding: .8rem 1rem; border: 1px solid var(--line); border-radius: .6rem;
  background: var(--card); color: var(--quiet); font-size: .875rem; overflow-wrap: anywhere; }
.counts b { display: block; font-size: 1.7rem; line-height: 1.15; font-weight: 600;
  font-variant-numeric: tabular-nums; color: var(--ink); }
.counts .add b { color: var(--add); } .counts .change b { color: var(--change); }
.counts .remove b { color: var(--remove); }
.contents { display: flex; flex-wrap: wrap; gap: .3rem 1.4rem; margin: 1rem 0 0; padding: 0;
  list-style: none; font-size: .9375rem; }
figure { margin: 1rem 0 0; border: 1px solid var(--line); border-radius: .6rem;
  background: var(--card); }
.wide { overflow-x: auto; padding: 1.1rem 1.25rem; border-radius: .6rem .6rem 0 0;
  --shade: color-mix(in srgb, var(--ink) 25%, transparent);
  background: linear-gradient(90deg, var(--card) 40%, transparent) left / 3rem 100% no-repeat local,
    linear-gradient(270deg, var(--card) 40%, transparent) right / 3rem 100% no-repeat local,
    linear-gradient(90deg, var(--shade), transparent) left / .8rem 100% no-repeat,
    linear-gradient(270deg, var(--shade), transparent) right / .8rem 100% no-repeat; }
figure svg { display: block; width: 100%; min-width: 44rem; height: auto; }
figcaption { border-top: 1px solid var(--line); padding: .55rem 1.25rem; font-size: .875rem;
  color: var(--quiet); display: flex; flex-wrap: wrap; gap: .2rem 1.5rem; }
figcaption i { font-style: normal; display: inline-block; width: 1.6rem; height: 0;
  border-top: 2px solid; vertical-align: middle; margin-right: .45rem; }
figcaption i.add { color: var(--add); }
figcaption i.remove { color: var(--remove); border-top-style: dashed; }
figcaption i.kept { color: var(--quiet); opacity: .6; }
figcaption i.band { border: 0; height: .7rem; background: var(--band); border-radius: 2px; }
svg text { font: 13px var(--text); fill: var(--ink); }
svg .quiet { fill: var(--quiet); font-size: 12px; }
svg .head { fill: var(--quiet); font-size: 12px; font-weight: 600; }
svg .number { font-variant-numeric: tabular-nums; }
svg .edge { fill: none; stroke-width: 1.6; }
svg .kept { stroke: var(--quiet); stroke-opacity: .5; }
svg .add { stroke: var(--add); }
svg .remove { stroke: var(--remove); stroke-dasharray: 5 4; }
svg .node { fill: var(--quiet); } svg .node.create { fill: var(--add); }
svg .node.update { fill: var(--change); } svg .node.delete { fill: var(--remove); }
svg text.create { fill: var(--add); } svg text.update { fill: var(--change); }
svg text.delete { fill: var(--remove); text-decoration: line-through; }
svg .grid { stroke: var(--line); } svg .band { fill: var(--band); }
svg .was { fill: var(--card); stroke: var(--quiet); stroke-width: 1.6; }
svg .move { stroke: var(--quiet); stroke-width: 1.4; }
svg .default { stroke: var(--quiet); stroke-dasharray: 2 3; }
.tools { display: flex; flex-wrap: wrap; gap: .5rem; align-items: center; margin: 1rem 0 0; }
.tools[hidden] { display: none; }
.tools input, .tools button { font: inherit; font-size: .875rem; color: inherit; height: 2.25rem;
  border: 1px solid var(--line); border-radius: .45rem; background: var(--card);
  padding: 0 .8rem; }
.tools input { flex: 1 1 14rem; max-width: 24rem; }
.tools input::placeholder { color: var(--quiet); opacity: 1; }
.tools button { cursor: pointer; } .tools button:hover { border-color: var(--quiet); }
.tools output { font-size: .875rem; color: var(--quiet); }
details { border: 1px solid var(--line); border-radius: .5rem; background: var(--card);
  margin: .4rem 0; }
details:not([open]) { content-visibility: auto; contain-intrinsic-size: auto 2.9rem; }
summary { display: grid; grid-template-columns: 1.4rem minmax(0, 1fr) auto; gap: .1rem .6rem;
  align-items: baseline; padding: .6rem 1rem; cursor: pointer; border-radius: .5rem;
  list-style: none; }
summary::-webkit-details-marker { display: none; }
summary:hover { background: color-mix(in srgb, var(--band) 45%, transparent); }
.sign { font-family: var(--code); font-weight: 700; text-align: center; border-radius: .3rem;
  line-height: 1.4rem; }
.name { display: flex; flex-wrap: wrap; gap: 0 .7rem; align-items: baseline; min-width: 0;
  font-weight: 550; overflow-wrap: anywhere; }
.name code { font-weight: 400; color: var(--quiet); overflow-wrap: anywhere; }
.what { color: var(--quiet); font-size: .875rem; text-align: right; }
.what::after { content: "\203A"; display: inline-block; margin-left: .7rem; }
details[open] > summary > .what::after { transform: rotate(90deg); }
.create .sign { color: var(--add); background: var(--add-paper); }
.update .sign { color: var(--change); background: var(--change-paper); }
.delete .sign { color: var(--remove); background: var(--remove-paper); }
.body { padding: .1rem 1rem 1rem 3rem; font-size: .9375rem; }
.facts { display: grid; grid-template-columns: 10.5rem minmax(0, 1fr); gap: .15rem 1rem;
  margin: 0 0 .8rem; }
.facts dt { color: var(--quiet); } .facts dd { margin: 0; overflow-wrap: anywhere; }
ins, del { text-decoration: none; }
.facts ins, .facts del, .carriers ins, .carriers del { border-radius: .2rem; padding: 0 .3rem; }
ins { color: var(--add); background: var(--add-paper); }
del { color: var(--remove); background: var(--remove-paper); }
.definition { margin: 0; overflow: hidden; border: 1px solid var(--line); border-radius: .4rem;
  line-height: 1.6; white-space: pre-wrap; overflow-wrap: anywhere; tab-size: 2; }
.definition ins, .definition del, .definition span { display: block; padding: 0 .9rem 0 2.2rem;
  text-indent: -1.3rem; }
.definition.plain { padding: .6rem .9rem; }
.carriers { list-style: none; margin: .8rem 0 0; padding: 0; }
.carriers li { overflow-wrap: anywhere; padding: .1rem 0; }
.empty { border: 1px dashed var(--line); border-radius: .6rem; padding: 1.5rem; margin: 2rem 0;
  color: var(--quiet); max-width: none; }
footer { margin-top: 4rem; padding-top: 1rem; border-top: 1px solid var(--line);
  color: var(--quiet); font-size: .8125rem; }
@media (max-width: 36rem) {
  summary { grid-template-columns: 1.4rem minmax(0, 1fr); padding: .6rem .7rem; }
  .what { grid-column: 2; text-align: left; }
  .body { padding: .1rem .7rem .8rem; }
  .facts { grid-template-columns: minmax(0, 1fr); } .facts dt { margin-top: .4rem; }
}
@media print {
  :root { color-scheme: light;
    --paper: #fff; --card: #fff; --ink: #000; --quiet: #4a4f57; --line: #c9c6bf;
    --add: #176338; --add-paper: #e6f3e9; --change: #7c4a00; --change-paper: #fbf0db;
    --remove: #9c2329; --remove-paper: #fae8e7; --mark: #2f5d8c; --band: #eeece6; }
  html { font-size: 9.5pt; print-color-adjust: exact; -webkit-print-color-adjust: exact; }
  body { max-width: none; padding: 0; }
  .tools, .contents, .what::after { display: none; }
  details:not([open]) { content-visibility: visible; } .wide { overflow: visible; }
  details::details-content { content-visibility: visible; display: block; }
  figure svg { min-width: 0; }
  figure, summary, .definition { break-inside: avoid; } h2, h3, summary { break-after: avoid; }
}
]]
