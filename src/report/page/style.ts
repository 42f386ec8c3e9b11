/** The page's style: light and dark by the reader's preference, light on paper. */
import { colourVariables } from "../figures/colours.js";

const light = `--ground:#ffffff;--raised:#f6f7f9;--ink:#1b1f24;--quiet:#57606a;--line:#d5dae0;--good:#00663f;--good-ground:#e3f4ec;--bad:#a81d1d;--bad-ground:#fdeaea;--link:#0059a3;--idle:#c3c8ce;--limit:#a81d1d;${colourVariables(0)}`;
const dark = `--ground:#14171b;--raised:#1c2127;--ink:#e8eaed;--quiet:#a3acb6;--line:#353c45;--good:#5fd3a0;--good-ground:#12301f;--bad:#ff9a93;--bad-ground:#3b1a1a;--link:#7db8f0;--idle:#4a525c;--limit:#ff8d85;${colourVariables(1)}`;

export const style = `
:root{color-scheme:light dark;${light}}
@media screen and (prefers-color-scheme:dark){:root{${dark}}}
*{box-sizing:border-box}
html{-webkit-text-size-adjust:100%;scroll-behavior:smooth}
@media (prefers-reduced-motion:reduce){html{scroll-behavior:auto}}
body{margin:0;background:var(--ground);color:var(--ink);font:16px/1.55 system-ui,-apple-system,"Segoe UI",Roboto,"Helvetica Neue",Arial,sans-serif;overflow-wrap:break-word}
main,header.top,footer{max-width:1180px;margin:0 auto;padding:0 24px}
h1{font-size:2.1rem;line-height:1.15;margin:.1em 0 .3em;letter-spacing:-.015em}
h2{font-size:1.4rem;line-height:1.25;margin:0 0 .7em;letter-spacing:-.01em}
h3{font-size:1rem;line-height:1.35;margin:0 0 .35em}
h4{font-size:.9rem;font-weight:600;margin:0 0 .15em;overflow-wrap:anywhere}
p{margin:0 0 .8em;max-width:75ch}
a{color:var(--link)}
:focus-visible{outline:2px solid var(--link);outline-offset:2px}
.skip{position:absolute;left:-999px}
.skip:focus{left:8px;top:8px;background:var(--ground);padding:8px}
.eyebrow{font-size:.8rem;letter-spacing:.08em;text-transform:uppercase;color:var(--quiet);margin:28px 0 0}
.question{font-size:1.2rem;line-height:1.4;margin-bottom:.4em}
.quiet{color:var(--quiet)}
p.quiet{font-size:.9rem}
nav{border-bottom:1px solid var(--line);margin:10px 0 24px}
nav ul{list-style:none;display:flex;flex-wrap:wrap;gap:2px 20px;padding:0 0 10px;margin:0;font-size:.92rem}
section{margin:0 0 52px}
.answer{font-size:1.35rem;line-height:1.4;font-weight:600;padding:16px 20px;border-radius:8px;background:var(--raised);border-left:5px solid var(--quiet);max-width:none;margin-bottom:18px}
.answer.good{border-color:var(--good);background:var(--good-ground)}
.answer.bad{border-color:var(--bad);background:var(--bad-ground)}
.warnings{border:1px solid var(--line);border-radius:8px;padding:12px 18px;margin:0 0 18px}
.warnings ul{margin:0;padding-left:1.1em}
.warnings .grave{color:var(--bad);font-weight:600}
.cards{display:grid;grid-template-columns:repeat(auto-fit,minmax(min(250px,100%),1fr));gap:16px}
.card{border:1px solid var(--line);border-top:4px solid var(--colour);border-radius:8px;padding:14px 18px;background:var(--raised);min-width:0;break-inside:avoid}
.card h3{font-size:1.1rem;overflow-wrap:anywhere}
.card dl{margin:10px 0}
.card dl div{padding:5px 0;border-bottom:1px solid var(--line)}
.card dt{color:var(--quiet);font-size:.86rem;line-height:1.3}
.card dd{margin:0;font-variant-numeric:tabular-nums;font-weight:600;line-height:1.35;display:flex;flex-wrap:wrap;align-items:baseline;gap:0 8px}
.change{font-size:.82rem;font-weight:400}
.good{color:var(--good)}
.bad{color:var(--bad)}
.answer.good,.answer.bad{color:var(--ink)}
.tag{font-size:.74rem;font-weight:500;border:1px solid var(--line);border-radius:4px;padding:1px 6px;color:var(--quiet);white-space:nowrap}
.badge{display:inline-block;font-size:.86rem;font-weight:600;border-radius:99px;padding:1px 11px;margin:0;background:var(--ground);border:1px solid currentColor;overflow-wrap:anywhere}
.objectives{list-style:none;margin:0;padding:0;font-size:.88rem;line-height:1.45}
.objectives li{padding:2px 0}
.objectives b{color:var(--good)}
.objectives .failed b{color:var(--bad)}
.sentences{padding-left:1.1em;margin:18px 0 0}
.pair{display:grid;grid-template-columns:repeat(auto-fit,minmax(min(420px,100%),1fr));gap:30px 36px;margin-bottom:32px;align-items:start}
figure{margin:0;min-width:0;break-inside:avoid}
figure.multiples{margin-bottom:32px;break-inside:auto}
figcaption{font-size:.85rem;line-height:1.45;color:var(--quiet);margin-top:6px;max-width:75ch}
.small{display:grid;grid-template-columns:repeat(auto-fill,minmax(min(270px,100%),1fr));gap:22px 32px}
.small>div{min-width:0;break-inside:avoid}
.legend{list-style:none;display:flex;flex-wrap:wrap;gap:0 16px;margin:0 0 6px;padding:0;font-size:.86rem}
.policy{overflow-wrap:anywhere}
.swatch{display:inline-block;width:18px;height:4px;border-radius:2px;background:var(--colour,currentColor);margin-right:7px;vertical-align:middle}
.swatch.dashed{height:0;background:none;border-top:3px dashed var(--colour)}
.swatch.part{width:13px;height:13px;border-radius:3px}
.swatch.area{height:12px;background:currentColor;opacity:.25}
.swatch.thin{height:0;background:none;border-top:2px dotted currentColor}
.swatch.line{height:3px}
svg.plot{display:block;width:100%;height:auto;overflow:visible;font:12px system-ui,-apple-system,"Segoe UI",Roboto,"Helvetica Neue",Arial,sans-serif}
.scroll{overflow-x:auto;margin:0 0 18px;max-width:100%}
table{border-collapse:collapse;font-size:.92rem;font-variant-numeric:tabular-nums;min-width:min(100%,560px)}
caption{caption-side:top;text-align:left;color:var(--quiet);font-size:.88rem;padding-bottom:8px}
caption{max-width:min(75ch,calc(100vw - 32px))}
th,td{padding:6px 14px 6px 0;text-align:left;vertical-align:top;border-bottom:1px solid var(--line)}
thead th,thead td{border-bottom:2px solid var(--quiet);vertical-align:bottom}
tbody th{font-weight:500;min-width:9em}
table.measures tbody th{position:sticky;left:0;background:var(--ground)}
table.measures{width:100%}
table.measures.one{width:auto}
table.measures td,table.measures thead th{text-align:right;padding:6px 0 6px 22px;white-space:nowrap}
table.measures thead th{white-space:normal}
tbody tr:hover,table.measures tbody tr:hover th{background:var(--raised)}
.verdict{display:block;font-size:.91em;color:var(--quiet)}
.verdict.good{color:var(--good)}
.verdict.bad{color:var(--bad)}
table.decisions td{white-space:nowrap}
table.decisions td.words{white-space:normal;min-width:15em}
details{border-top:1px solid var(--line);padding:8px 0}
.scroll+details{border-top:0}
td,dd,.number{font-variant-numeric:tabular-nums}
.number{white-space:nowrap}
summary{cursor:pointer;font-weight:600;padding:4px 0}
details[open]>summary{margin-bottom:10px}
pre{background:var(--raised);border:1px solid var(--line);border-radius:8px;padding:14px 16px;overflow-x:auto;font-size:.82rem;line-height:1.5;max-height:70vh}
code{font-family:ui-monospace,SFMono-Regular,Menlo,Consolas,monospace;overflow-wrap:anywhere}
pre code{overflow-wrap:normal}
.facts div{display:grid;grid-template-columns:minmax(110px,180px) 1fr;gap:4px 18px;padding:5px 0;border-bottom:1px solid var(--line)}
.facts dt{color:var(--quiet)}
.facts dd{margin:0;min-width:0;overflow-wrap:anywhere}
footer{color:var(--quiet);font-size:.86rem;padding-bottom:36px}
@media (max-width:600px){
main,header.top,footer{padding:0 16px}
h1{font-size:1.7rem}
.answer{font-size:1.12rem;padding:12px 14px}
.facts div{grid-template-columns:1fr;gap:0}
svg.plot{font-size:14px}
.small svg.plot{font-size:12px}
}
@media print{
body{font-size:10.5pt}
nav,.skip{display:none}
main,header.top,footer{max-width:none;padding:0}
.pair{grid-template-columns:1fr 1fr}
.small{grid-template-columns:1fr 1fr 1fr}
.scroll,pre{overflow:visible;max-height:none}
pre code{white-space:pre-wrap}
table.measures td,table.decisions td{white-space:normal}
table{font-size:.78rem}
table.measures td,table.measures thead th{padding-left:10px}
tbody th,table.decisions td.words{min-width:0}
h2,h3{break-after:avoid}
tr{break-inside:avoid}
*{print-color-adjust:exact;-webkit-print-color-adjust:exact}
}
`;
