// A month's curve for paper: the average of each step with its lowest and highest, upload dashed, gaps hatched.

import { commonUnit, number } from "../shared/format.js";
import { hatch, roundStep, svg } from "./picture.js";

const [WIDTH, HEIGHT, LEFT, TOP, BOTTOM] = [680, 180, 40, 16, 18];

/**
 * @param {{points: object[], gaps: {from: number, to: number}[], stepMs: number}} curve the API's answer
 * @param {{down: "rx"|"tx", up: "rx"|"tx"}} sides
 * @param {{from: number, to: number}} month
 * @param {{at: number, text: string}[]} days what stands under the axis
 * @param {string} lang
 */
export function monthCurve(curve, sides, month, days, lang) {
  const { points, gaps, stepMs } = curve;
  const most = Math.max(
    1,
    ...points.map((point) => Math.max(point[`${sides.down}MaxBps`] ?? 0, point[`${sides.up}Bps`] ?? 0)),
  );
  const unit = commonUnit(most);
  const step = roundStep(most / unit.bps, 4);
  const top = Math.ceil(most / unit.bps / step) * step * unit.bps;
  const x = (ms) => LEFT + ((ms - month.from) / (month.to - month.from)) * (WIDTH - LEFT);
  const y = (bps) => HEIGHT - BOTTOM - (bps / top) * (HEIGHT - TOP - BOTTOM);
  const picture = svg("svg", { viewBox: `0 0 ${WIDTH} ${HEIGHT}`, class: "month-curve", "aria-hidden": "true" });
  picture.append(hatch("curve-gap"), svg("text", { x: 0, y: 9, class: "axis" }, unit.name));
  for (let value = 0; value * unit.bps <= top * 1.0001; value += step) {
    const at = y(value * unit.bps);
    picture.append(svg("line", { x1: LEFT, x2: WIDTH, y1: at, y2: at, class: value === 0 ? "base" : "grid" }));
    picture.append(svg("text", { x: LEFT - 6, y: at + 4, class: "axis end" }, number(value, lang, 0, 2)));
  }
  for (const { at, text } of days) {
    picture.append(svg("line", { x1: x(at), x2: x(at), y1: TOP, y2: HEIGHT - BOTTOM, class: "grid" }));
    picture.append(svg("text", { x: x(at), y: HEIGHT - 4, class: "axis middle" }, text));
  }
  for (const { from, to } of gaps) {
    const [left, right] = [x(Math.max(from, month.from)), x(Math.min(to, month.to))];
    if (right - left < 1) continue;
    picture.append(svg("rect", { x: left, y: TOP, width: right - left, height: HEIGHT - TOP - BOTTOM, class: "gap" }));
  }
  const middle = ({ t }) => x(t + stepMs / 2);
  for (const run of runs(points, `${sides.down}Bps`)) {
    const band = [
      ...run.map((point) => [middle(point), y(point[`${sides.down}MaxBps`])]),
      ...run.toReversed().map((point) => [middle(point), y(point[`${sides.down}MinBps`])]),
    ];
    picture.append(svg("path", { d: `${path(band)}Z`, class: "band" }));
    const line = run.map((point) => [middle(point), y(point[`${sides.down}Bps`])]);
    picture.append(svg("path", { d: path(line), class: "down" }));
  }
  for (const run of runs(points, `${sides.up}Bps`)) {
    picture.append(
      svg("path", { d: path(run.map((point) => [middle(point), y(point[`${sides.up}Bps`])])), class: "up" }),
    );
  }
  return picture;
}

/** Stretches in which each point has a value. */
export function runs(points, key) {
  const found = [];
  let run = null;
  for (const point of points) {
    if (point[key] === null) run = null;
    else if (run) run.push(point);
    else found.push((run = [point]));
  }
  return found;
}

const path = (places) => places.map(([x, y], at) => `${at === 0 ? "M" : "L"}${x.toFixed(1)} ${y.toFixed(1)}`).join("");
