/**
 * The style of the HTML report. Colours: Okabe and Ito's set for all kinds of colour vision ("Color Universal Design", 2008),
 * lightened for dark screens.
 */
export const STYLE = `
:root { color-scheme: light dark; --bg:#fff; --ink:#1c1e21; --dim:#5d6470; --line:#dfe2e7; --soft:#f5f6f8;
  --good:#0a7d45; --bad:#b3261e; --c0:#0072b2; --c1:#e69f00; --c2:#009e73; --c3:#cc79a7; --c4:#56b4e9; --c5:#d55e00;
  --c6:#8c7a00; --c7:#6a51a3; --rest:#9aa0a8; }
@media (prefers-color-scheme: dark) { :root { --bg:#15171a; --ink:#e6e8eb; --dim:#9aa3ae; --line:#33373d; --soft:#1e2125;
  --good:#4cc38a; --bad:#ff8078; --c0:#4aa8e0; --c1:#f0b429; --c2:#2fc49a; --c3:#e09cc3; --c4:#8fd0f5; --c5:#ff8a4c;
  --c6:#d3c04a; --c7:#a794e0; --rest:#7d848d; } }
@media print { :root { color-scheme: light; --bg:#fff; --ink:#000; --dim:#444; --line:#ccc; --soft:#fff; }
  body { padding:0 !important; } figure, tr, .run { break-inside:avoid; } h2 { break-after:avoid; }
  * { print-color-adjust:exact; -webkit-print-color-adjust:exact; } }
* { box-sizing:border-box; }
body { margin:0; padding:28px 20px 48px; background:var(--bg); color:var(--ink);
  font:15px/1.5 system-ui, -apple-system, "Segoe UI", Roboto, "Helvetica Neue", Arial, sans-serif; }
main { max-width:980px; margin:0 auto; }
h1 { font-size:26px; line-height:1.2; margin:0 0 4px; overflow-wrap:anywhere; }
h2 { font-size:19px; margin:36px 0 8px; padding-top:10px; border-top:1px solid var(--line); }
h3 { font-size:15px; margin:18px 0 2px; overflow-wrap:anywhere; }
p { margin:4px 0; } .dim, figcaption, .legend { color:var(--dim); }
.good { color:var(--good); } .bad { color:var(--bad); }
.cards { display:grid; grid-template-columns:repeat(auto-fit, minmax(200px, 1fr)); gap:10px; margin:16px 0; padding:0; list-style:none; }
.cards li { padding:10px 14px; background:var(--soft); border:1px solid var(--line); border-radius:8px; }
.cards b { display:block; font-size:22px; line-height:1.25; font-variant-numeric:tabular-nums; }
.cards span { display:block; color:var(--dim); font-size:13px; }
.wide { overflow-x:auto; }
table { border-collapse:collapse; width:100%; font-variant-numeric:tabular-nums; font-size:14px; margin:8px 0; }
th, td { text-align:right; padding:4px 7px; border-bottom:1px solid var(--line); white-space:nowrap; }
th:first-child { text-align:left; white-space:normal; overflow-wrap:anywhere; min-width:8em; }
thead th { color:var(--dim); font-weight:600; } tbody th { font-weight:400; }
td small { display:inline-block; min-width:5.2em; font-size:12px; }
figure { margin:10px 0; min-width:0; } figcaption { font-size:13px; font-weight:600; }
svg { display:block; width:100%; height:auto; overflow:visible; }
svg text { fill:var(--dim); font-size:12px; } svg .name, svg .note { fill:var(--ink); }
.pair { display:grid; grid-template-columns:repeat(auto-fit, minmax(min(420px, 100%), 1fr)); gap:0 20px; }
.grid { stroke:var(--line); stroke-width:1; } .axis { stroke:var(--dim); stroke-width:1; }
.band { fill:var(--colour); stroke:none; } .mark { stroke:var(--bg); stroke-width:1; }
.curve { fill:none; stroke:var(--colour); stroke-width:2; stroke-linejoin:round; }
.d1 { stroke-dasharray:7 3; } .d2 { stroke-dasharray:2 3; }
.limit { fill:none; stroke:var(--ink); stroke-width:1.5; stroke-dasharray:5 4; }
.legend { display:flex; flex-wrap:wrap; gap:2px 18px; margin:6px 0; padding:0; list-style:none; font-size:13px; }
.legend li { overflow-wrap:anywhere; } .legend i { display:inline-block; width:12px; height:12px; margin-right:6px;
  border-radius:3px; vertical-align:-1px; background:var(--colour); }
.legend .line i { height:3px; border-radius:0; vertical-align:4px; width:18px; }
.c0 { --colour:var(--c0); } .c1 { --colour:var(--c1); } .c2 { --colour:var(--c2); } .c3 { --colour:var(--c3); }
.c4 { --colour:var(--c4); } .c5 { --colour:var(--c5); } .c6 { --colour:var(--c6); } .c7 { --colour:var(--c7); }
.rest, .unfinished { --colour:var(--rest); } .failed { --colour:var(--c1); } .dropped { --colour:var(--c5); } .shed { --colour:var(--c3); }
`;
