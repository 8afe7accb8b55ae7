"""How the status page looks: dark and light, from a phone's width on; nothing from elsewhere."""

CSS = """
:root{color-scheme:light dark;--bg:#f6f7f9;--card:#fff;--ink:#1b2330;--soft:#586274;
--line:#dfe3ea;--accent:#2456c7;--good:#146c3c;--good-bg:#dff4e7;--bad:#a3211d;--bad-bg:#fde5e3;
--mid:#7a4d00;--mid-bg:#fdf0d0;--idle-bg:#e9ecf1}
@media (prefers-color-scheme:dark){:root{--bg:#11151c;--card:#1a202a;--ink:#e6eaf1;
--soft:#a0abbd;--line:#303947;--accent:#8fb3ff;--good:#7ddba3;--good-bg:#123421;--bad:#ff9c96;
--bad-bg:#43191a;--mid:#f3c969;--mid-bg:#3a2d10;--idle-bg:#29313d}}
*{box-sizing:border-box}
body{margin:0;background:var(--bg);color:var(--ink);
font:15px/1.5 system-ui,-apple-system,"Segoe UI",Roboto,"Liberation Sans",sans-serif}
main,header{max-width:76rem;margin:0 auto;padding:0 1rem}
header{padding-top:1.5rem}
h1{font-size:1.45rem;line-height:1.25;margin:0}
h2{font-size:1.05rem;margin:0 0 .6rem}
h3{font-size:.9rem;margin:1rem 0 .4rem;color:var(--soft);font-weight:600}
p{margin:.3rem 0}
a{color:var(--accent)}
a:focus-visible,[tabindex]:focus-visible{outline:3px solid var(--accent);outline-offset:2px;
border-radius:4px}
.skip{position:absolute;left:-100vw}
.skip:focus{left:1rem;top:.5rem;background:var(--card);padding:.3rem .6rem}
.soft{color:var(--soft)}
.about{display:flex;flex-wrap:wrap;gap:.1rem 1.2rem;color:var(--soft);margin:.35rem 0 0}
.verdict{border-radius:10px;padding:.8rem 1rem;margin:1rem 0;font-weight:600}
.verdict ul{margin:.4rem 0 0;padding-left:1.2rem;font-weight:400}
.verdict.good{background:var(--good-bg);color:var(--good)}
.verdict.bad{background:var(--bad-bg);color:var(--bad)}
.verdict.bad li{color:var(--ink)}
section{background:var(--card);border:1px solid var(--line);border-radius:10px;
padding:1rem;margin:0 0 1rem;min-width:0}
.row{display:grid;gap:1rem;grid-template-columns:repeat(auto-fit,minmax(min(100%,21rem),1fr));
margin-bottom:1rem}
.row>section{margin:0}
dl{display:grid;grid-template-columns:minmax(6.5rem,max-content) 1fr;gap:.25rem 1rem;margin:0}
dt{color:var(--soft)}
dd{margin:0;overflow-wrap:anywhere}
.wide{overflow-x:auto}
tr>th:first-child{position:sticky;left:0;background:var(--card)}
table{border-collapse:collapse;width:100%;font-size:.92rem}
caption{text-align:left;color:var(--soft);padding:.8rem 0 .4rem;font-size:.92rem}
.plain{list-style:none;margin:0;padding:0}
th,td{text-align:left;padding:.38rem .8rem .38rem 0;border-bottom:1px solid var(--line);
vertical-align:top}
tbody tr:last-child>*{border-bottom:0}
thead th{color:var(--soft);font-weight:600;white-space:nowrap;font-size:.85rem}
tbody th{font-weight:600}
th:last-child,td:last-child{padding-right:0}
.n{text-align:right;font-variant-numeric:tabular-nums;white-space:nowrap}
.nowrap{white-space:nowrap}
.group{border-left:1px solid var(--line);padding-left:.8rem}
.pill{display:inline-block;border-radius:999px;padding:0 .55rem;font-size:.82rem;
font-weight:600;white-space:nowrap;background:var(--idle-bg);color:var(--ink)}
.pill.good{background:var(--good-bg);color:var(--good)}
.pill.bad{background:var(--bad-bg);color:var(--bad)}
.pill.mid{background:var(--mid-bg);color:var(--mid)}
.failure{border-left:4px solid var(--bad);padding:.1rem 0 .1rem .8rem;margin:0 0 .8rem}
.failure.waits{border-color:var(--mid)}
.failure h3 .soft{font-weight:400}
.failure:last-child{margin-bottom:0}
.failure h3{margin:.1rem 0;color:var(--ink);font-size:.95rem}
dd p{margin:0}
footer{max-width:76rem;margin:0 auto;padding:0 1rem 2rem;color:var(--soft)}
@media (max-width:34rem){th,td{padding-right:.6rem}section{padding:.8rem}}
"""
