// The embedded element's style. It is a script, so that the host page's style policy does not matter, and it lives in a
// shadow root, so that neither page's styles reach the other.

import { DARK as DARK_LINES, LIGHT as LIGHT_LINES } from "../chart/palette.js";
import plot from "../vendor/uplot/uPlot.style.js";

const lines = (colours) => colours.map((colour, at) => `--l${at + 1}: ${colour};`).join(" ");

const DARK = `
  --bg: #0e141e; --raise: #19222f; --line: #253143; --text: #e6ebf3; --soft: #9fadc2; --grid: #1e2837; --edge: #67768e;
  --good: #6fdc9e; --warn: #ffc46b; --bad: #ff9aa1; --hatch: rgb(159 173 194 / 22%); --band: rgb(159 173 194 / 7%);
  --fill: 18%; --pop: 0 0 0 1px #253143, 0 12px 32px rgb(0 0 0 / 50%); color-scheme: dark; ${lines(DARK_LINES)}
`;

const OWN = `
  :host {
    --bg: #ffffff; --raise: #ffffff; --line: #e2e7ee; --text: #141d2b; --soft: #556178; --grid: #e9edf3;
    --edge: #8290a5; --good: #0f6b3a; --warn: #8a4b00; --bad: #b01822; --hatch: rgb(85 97 120 / 20%);
    --band: rgb(85 97 120 / 7%); --fill: 13%; --t1: 11px;
    --pop: 0 1px 2px rgb(16 24 40 / 8%), 0 8px 28px rgb(16 24 40 / 16%);
    ${lines(LIGHT_LINES)}
    display: block; height: 300px; min-width: 0; color-scheme: light; text-align: start;
  }
  :host([hidden]) { display: none; }
  :host([theme=dark i]) { ${DARK} }
  @media (prefers-color-scheme: dark) { :host(:not([theme=light i], [theme=dark i])) { ${DARK} } }
  * { box-sizing: border-box; }
  [hidden] { display: none !important; }
  .box {
    container-type: inline-size; height: 100%; display: flex; flex-direction: column; padding: 2px 4px 0 0;
    background: var(--bg); color: var(--text); border: 1px solid var(--line); border-radius: 6px;
    font: 13px/1.4 -apple-system, "Segoe UI", Roboto, "Noto Sans", "Liberation Sans", Arial, sans-serif;
    font-variant-numeric: tabular-nums;
  }
  p { margin: 0; }
  .head { display: flex; align-items: flex-start; gap: 4px 14px; padding: 6px 6px 4px 10px; min-width: 0; }
  .state { display: flex; flex: none; gap: 6px; margin-inline-start: auto; font-size: 12px; color: var(--soft); }
  .state { line-height: 20px; white-space: nowrap; }
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
  .told { font-size: 12px; overflow-wrap: anywhere; max-height: 45%; overflow: auto; padding: 0 10px 4px; }
  .now {
    list-style: none; margin: 0; padding: 0; display: grid; gap: 2px; flex: 0 1 auto; align-content: start;
    min-width: 0; max-height: 84px; overflow: auto;
  }
  .now li { display: flex; flex-wrap: wrap; align-items: baseline; gap: 0 14px; min-width: 0; }
  .now bdi { font-weight: 600; max-width: 100%; overflow: hidden; text-overflow: ellipsis; white-space: nowrap; }
  .way { white-space: nowrap; display: inline-flex; align-items: baseline; gap: 4px; }
  .way b { font-weight: 600; font-size: 16px; line-height: 20px; }
  .now li:not(:only-child) .way b { font-size: 13px; }
  .way small { color: var(--soft); font-size: 12px; }
  .stroke { width: 16px; height: 8px; align-self: center; border-top: 2.5px solid var(--colour); flex: none; }
  .stroke.down { background: color-mix(in srgb, var(--colour) 25%, transparent); }
  .stroke.up { height: 0; border-top: 2px dashed var(--colour); }
  .dim .way { opacity: .55; }
  .plot { flex: 1 1 0; min-height: 110px; position: relative; outline-offset: -2px; }
  .dim .plot canvas { opacity: .6; }
  .axis-unit {
    position: absolute; inset-inline-start: 0; top: 0; width: 40px; text-align: end; font-size: 11px; line-height: 16px;
    color: var(--soft);
  }
  .u-hz .u-cursor-x { border-inline-end: 1px solid color-mix(in srgb, var(--text) 55%, transparent); }
  .hover {
    position: absolute; top: 2px; z-index: 3; pointer-events: none; width: max-content; max-width: 92cqi;
    padding: 6px 8px; font-size: 12px; background: var(--raise); border-radius: 6px; box-shadow: var(--pop);
  }
  .hover table { border-collapse: collapse; }
  .hover :is(th, td) { font-weight: 400; padding: 1px 0 1px 12px; text-align: end; white-space: nowrap; }
  .hover th { text-align: start; padding-inline-start: 0; }
  .hover :is(.soft, thead *) { color: var(--soft); font-size: 11px; }
  .hover bdi {
    display: inline-block; max-width: 150px; overflow: hidden; text-overflow: ellipsis; vertical-align: bottom;
  }
  .swatch {
    display: inline-block; width: 16px; border-top: 3px solid var(--colour); vertical-align: 3px; border-radius: 2px;
    margin-inline-end: 7px;
  }
  .hover .why { margin-top: 2px; max-width: 240px; }
  @container (max-width: 420px) {
    .now li { gap: 0 8px; }
    .now bdi { flex-basis: 100%; }
  }
  @container (max-width: 300px) {
    .way b, .now li:not(:only-child) .way b { font-size: 13px; }
    .stroke { width: 12px; }
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
