// Bars by day of a month: download filled and up, upload hatched and down, what was not measured framed above.

import { number } from "../shared/format.js";
import { hatch, hiddenTable, roundStep, svg } from "./picture.js";

const [WIDTH, HEIGHT, LEFT, TOP, BOTTOM] = [620, 260, 40, 14, 20];

/**
 * @typedef {object} Day
 * @property {number} day of the month
 * @property {number} down bytes
 * @property {number} up bytes
 * @property {number} coverage 0 to 1
 * @property {boolean} whole the day is over
 */

/**
 * @param {Day[]} days
 * @param {number} count how many days the month has
 * @param {Record<string, string>} texts
 * @param {string} lang
 * @returns {Node[]} the picture, and the same as a table
 */
export function dayBars(days, count, texts, lang) {
  const most = Math.max(1, ...days.map(({ down }) => down));
  const least = Math.max(most * 0.05, ...days.map(({ up }) => up));
  const room = HEIGHT - TOP - BOTTOM;
  const zero = TOP + (room * most) / (most + least);
  const height = (bytes) => (bytes / (most + least)) * room;
  const slot = (WIDTH - LEFT) / count;
  const picture = svg("svg", {
    viewBox: `0 0 ${WIDTH} ${HEIGHT}`,
    class: "day-bars",
    role: "img",
    "aria-label": texts.usage_by_day,
  });
  picture.append(hatch("bar-up"), hatch("bar-missing"));
  const unit =
    most >= 2e12 ? { name: "TB", bytes: 1e12 } : most >= 2e9 ? { name: "GB", bytes: 1e9 } : { name: "MB", bytes: 1e6 };
  picture.append(svg("text", { x: 0, y: 10, class: "axis" }, unit.name));
  const step = roundStep(most / unit.bytes, 3);
  for (let value = 0; value * unit.bytes <= most; value += step) {
    const y = zero - height(value * unit.bytes);
    picture.append(svg("line", { x1: LEFT, x2: WIDTH, y1: y, y2: y, class: value === 0 ? "base" : "grid" }));
    picture.append(svg("text", { x: LEFT - 6, y: y + 4, class: "axis end" }, number(value, lang, 0, 1)));
  }
  for (const { day, down, up, coverage, whole } of days) {
    const [x, wide] = [LEFT + slot * (day - 1) + slot * 0.16, slot * 0.68];
    const bar = svg("g", { class: whole ? "bar" : "bar part" });
    bar.append(
      svg("title", {}, `${day}: ↓ ${bytes(down, unit, lang)} ↑ ${bytes(up, unit, lang)} · ${percent(coverage, lang)}`),
    );
    bar.append(svg("rect", { x, y: zero - height(down), width: wide, height: height(down), class: "down" }));
    bar.append(svg("rect", { x, y: zero + 1, width: wide, height: height(up), class: "up" }));
    if (whole && coverage < 0.995 && coverage > 0) {
      const missing = Math.min((down / coverage) * (1 - coverage), most - down);
      if (missing > 0) {
        bar.append(
          svg("rect", { x, y: zero - height(down + missing), width: wide, height: height(missing), class: "missing" }),
        );
      }
    }
    picture.append(bar);
  }
  for (const day of [1, 5, 10, 15, 20, 25, count]) {
    if (day === count && count - 25 < 3) continue;
    picture.append(svg("text", { x: LEFT + slot * (day - 0.5), y: HEIGHT - 4, class: "axis middle" }, String(day)));
  }
  const rows = days.map(({ day, down, up, coverage }) => [
    String(day),
    bytes(down, unit, lang),
    bytes(up, unit, lang),
    percent(coverage, lang),
  ]);
  const heads = [texts.usage_day, texts.download, texts.upload, texts.usage_coverage];
  return [picture, hiddenTable(texts.usage_by_day, heads, rows)];
}

const bytes = (value, unit, lang) => `${number(value / unit.bytes, lang, 0, 1)} ${unit.name}`;
const percent = (part, lang) => `${number(part * 100, lang, 0, 1)} %`;
