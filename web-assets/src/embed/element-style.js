// The embedded element's style. It is a script, so that the host page's style policy does not matter, and it lives in a
// shadow root, so that neither page's styles reach the other.

import { DARK as DARK_LINES, LIGHT as LIGHT_LINES } from "../chart/palette.js";
import plot from "../vendor/uplot/uPlot.style.js";

const lines = (colours) => colours.map((colour, at) => `--l${at + 1}: ${colour};`).join(" ");

const DARK = `
  --card: #161e2b; --line: #2a3446; --text: #e8edf5; --soft: #a3b0c5; --grid: #232d3d;
  --good: #7ee2a8; --warn: #ffc878; --bad: #ff9ea5; color-scheme: dark; ${lines(DARK_LINES)}
`;

const OWN = `
  :host {
    --card: #ffffff; --line: #dde3ec; --text: #16202e; --soft: #55627a; --grid: #e6eaf1; --band: rgb(100 116 139 / 11%);
    --good: #116b3a; --warn: #8a4b00; --bad: #a31621;
    ${lines(LIGHT_LINES)}
    display: block; height: 300px; min-width: 0; color-scheme: light; text-align: start;
  }
  :host([hidden]) { display: none; }
  :host([theme=dark i]) { ${DARK} }
  @media (prefers-color-scheme: dark) { :host(:not([theme=light i], [theme=dark i])) { ${DARK} } }
  * { box-sizing: border-box; }
  [hidden] { display: none !important; }
  .box {
    container-type: inline-size; height: 100%; display: flex; flex-direction: column; gap: 6px; padding: 10px 12px 6px;
    background: var(--card); color: var(--text); border: 1px solid var(--line); border-radius: 12px;
    font: 14px/1.45 system-ui, -apple-system, "Segoe UI", Roboto, "Noto Sans", sans-serif;
    font-variant-numeric: tabular-nums;
  }
  p { margin: 0; }
  .state { display: flex; flex-wrap: wrap; gap: 0 6px; font-size: 13px; color: var(--soft); }
  .state b { font-weight: 600; }
  .sign::before { content: "◌"; }
  [data-state=live] .state { color: var(--good); }
  [data-state=live] .sign::before { content: "●"; }
  :is([data-state=late], [data-state=stale], [data-state=reconnecting]) .state { color: var(--warn); }
  [data-state=late] .sign::before { content: "◔"; }
  [data-state=stale] .sign::before { content: "◐"; }
  [data-state=reconnecting] .sign::before { content: "↻"; }
  :is([data-state=unreachable], [data-state=not-shown]) .state { color: var(--bad); }
  :is([data-state=unreachable], [data-state=not-shown]) .sign::before { content: "✕"; }
  [data-state=no-router] .sign::before { content: "○"; }
  .told { font-size: 13px; overflow-wrap: anywhere; max-height: 45%; overflow: auto; }
  .now {
    list-style: none; margin: 0; padding: 0; display: grid; gap: 4px; flex: 0 1 auto; align-content: start;
    min-height: 22px; overflow: auto;
  }
  .now li {
    display: flex; flex-wrap: wrap; align-items: baseline; gap: 0 12px; border-inline-start: 4px solid var(--colour);
    padding-inline-start: 8px;
  }
  .now bdi { font-weight: 600; max-width: 100%; overflow: hidden; text-overflow: ellipsis; white-space: nowrap; }
  .way { white-space: nowrap; }
  .way b { font-weight: 600; }
  .way small { color: var(--soft); font-size: 12px; }
  .stroke {
    display: inline-block; width: 18px; border-top: 3px solid var(--colour); vertical-align: middle;
    margin-inline-end: 5px;
  }
  .stroke.tx { border-top-style: dashed; border-top-width: 2px; }
  .dim .way { opacity: .55; }
  .plot { flex: 1 1 0; min-height: 110px; position: relative; outline-offset: -2px; }
  .dim .plot canvas { opacity: .6; }
  .u-hz .u-cursor-x { border-inline-end: 1px dashed var(--soft); }
  .hover {
    position: absolute; top: 2px; z-index: 3; pointer-events: none; width: max-content; max-width: 92cqi;
    padding: 6px 8px; font-size: 12px; background: var(--card); border: 1px solid var(--line); border-radius: 8px;
    box-shadow: 0 2px 10px rgb(0 0 0 / 20%);
  }
  .hover .row { border-inline-start: 4px solid var(--colour); padding-inline-start: 6px; margin-top: 3px; }
  .hover bdi {
    display: block; max-width: 200px; overflow: hidden; text-overflow: ellipsis; white-space: nowrap; font-weight: 600;
  }
  .hover .why { margin-top: 2px; max-width: 240px; }
  @container (max-width: 420px) {
    .now li { gap: 0 8px; }
    .now bdi { flex-basis: 100%; }
    .word { display: none; }
  }
  @container (max-width: 300px) {
    .now { font-size: 13px; }
    .stroke { width: 14px; margin-inline-end: 3px; }
    .stroke.tx { border-top-style: dotted; }
    .way small { font-size: 11px; }
  }
  @media (forced-colors: active) { .box { border-color: CanvasText; } }
`;

let sheets = null;

/** The style sheets, made once for all elements of a page. */
export function style() {
  sheets ??= [plot, OWN].map((text) => {
    const sheet = new CSSStyleSheet();
    sheet.replaceSync(text);
    return sheet;
  });
  return sheets;
}
