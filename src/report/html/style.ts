/** The style of a page: light and dark as the reader's system is, readable on paper, nothing from elsewhere. */
export const STYLE = `
:root { color-scheme: light dark; --text: #1f2328; --dim: #59636e; --page: #fff; --card: #f6f8fa; --line: #d1d9e0; --good: #1a7f37; --warn: #9a6700; --bad: #cf222e; }
@media (prefers-color-scheme: dark) {
  :root { --text: #e6edf3; --dim: #9198a1; --page: #0d1117; --card: #151b23; --line: #3d444d; --good: #3fb950; --warn: #d29922; --bad: #f85149; }
}
* { box-sizing: border-box; }
body { margin: 0 auto; max-width: 72rem; padding: 1.5rem; background: var(--page); color: var(--text); font: 15px/1.5 system-ui, sans-serif; }
h1 { font-size: 1.5rem; margin: 0; }
h2 { font-size: 1.15rem; margin: 2rem 0 .5rem; }
code, pre, .place { font: .87em/1.45 ui-monospace, SFMono-Regular, Menlo, Consolas, monospace; overflow-wrap: anywhere; }
pre { background: var(--card); border: 1px solid var(--line); border-radius: 6px; padding: .75rem; overflow-x: auto; overflow-wrap: normal; }
.worlds, .place, .remedy, .note { color: var(--dim); }
.counts { display: flex; flex-wrap: wrap; gap: .5rem; list-style: none; margin: 1rem 0 0; padding: 0; }
.counts li { background: var(--card); border: 1px solid var(--line); border-radius: 6px; padding: .25rem .75rem; }
.item { border: 1px solid var(--line); border-left: 4px solid var(--dim); border-radius: 6px; margin: .5rem 0; padding: .5rem .75rem; }
.item p { margin: .15rem 0; }
.error, .delete, .replace { border-left-color: var(--bad); }
.warning, .update { border-left-color: var(--warn); }
.create { border-left-color: var(--good); }
.item b { font-weight: 600; }
.error b, .delete b, .replace b, .fields td:nth-child(2) { color: var(--bad); }
.warning b, .update b { color: var(--warn); }
.create b, .fields td:nth-child(3) { color: var(--good); }
summary { cursor: pointer; }
summary:focus-visible { outline: 2px solid var(--text); outline-offset: 2px; }
table { border-collapse: collapse; margin: .5rem 0; width: 100%; }
th, td { border-top: 1px solid var(--line); padding: .25rem .75rem .25rem 0; text-align: left; vertical-align: top; }
th { color: var(--dim); font-weight: 500; }
.excerpt { margin: .25rem 0; padding: .35rem .5rem; white-space: pre; }
mark { background: color-mix(in srgb, var(--warn) 25%, transparent); color: inherit; }
del { background: color-mix(in srgb, var(--bad) 15%, transparent); text-decoration-color: var(--bad); }
figure { margin: .5rem 0; }
figcaption { color: var(--dim); }
.picture div { border: 1px solid var(--line); border-radius: 6px; max-height: 30rem; overflow: auto; }
.picture svg { display: block; }
.picture svg > rect { fill: var(--page); }
.picture g rect { fill: var(--card); stroke: var(--line); }
.picture text { fill: var(--text); }
.picture path { stroke: var(--good); }
.picture marker path { fill: var(--dim); stroke: none; }
.picture.before path { stroke: var(--bad); stroke-dasharray: 5 4; }
.picture.before marker path { stroke: none; }
.filling { table-layout: fixed; }
.filling caption { color: var(--dim); text-align: left; padding-bottom: .25rem; }
.filling th[scope=row] { font-weight: 400; }
.bars { display: block; width: 100%; max-width: 14rem; height: 12px; margin: .3rem 0 .1rem; }
.bars .whole { fill: var(--card); stroke: var(--line); vector-effect: non-scaling-stroke; }
.bars .was { fill: var(--dim); }
.bars .is { fill: var(--good); }
.tight { color: var(--warn); font-weight: 600; }
@media (forced-colors: active) { .bars .was { fill: GrayText; } .bars .is { fill: CanvasText; } }
pre:focus-visible, .picture div:focus-visible { outline: 2px solid var(--text); outline-offset: 2px; }
@media print { details > * { display: block; } }
`;
