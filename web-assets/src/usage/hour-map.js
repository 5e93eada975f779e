// The hours of a week: how much flows in each, in seven steps of one hue; the busiest hour is framed.

import { fill, speed } from "../shared/format.js";
import { hatch, hiddenTable, svg } from "./picture.js";

const [LEFT, CELL, ROW, GAP, BOTTOM] = [40, 24, 26, 1.5, 18];
export const STEPS = 7;

/**
 * Which of the steps a rate is in: 0 is the lowest.
 * @param {number} bps
 * @param {number} most
 */
export function stepOf(bps, most) {
  return most > 0 ? Math.min(STEPS - 1, Math.floor((bps / most) * STEPS)) : 0;
}

/**
 * @param {(number|null)[][]} week 7 rows of 24, Monday first; bit/s
 * @param {string[]} days their short names, Monday first
 * @param {Record<string, string>} texts
 * @param {string} lang
 * @returns {Node[]}
 */
export function hourMap(week, days, texts, lang) {
  const [width, height] = [LEFT + 24 * CELL, 7 * ROW + BOTTOM];
  const known = week.flat().filter((bps) => bps !== null);
  const most = Math.max(0, ...known);
  const picture = svg("svg", {
    viewBox: `0 0 ${width} ${height}`,
    class: "hour-map",
    role: "img",
    "aria-label": texts.usage_hours,
  });
  picture.append(hatch("hour-none"));
  let top = null;
  week.forEach((row, day) => {
    picture.append(svg("text", { x: LEFT - 8, y: day * ROW + ROW / 2 + 4, class: "axis end" }, days[day]));
    row.forEach((bps, hour) => {
      const kind = bps === null ? "none" : `step${stepOf(bps, most)}`;
      const cell = svg("rect", {
        x: LEFT + hour * CELL,
        y: day * ROW,
        width: CELL - GAP,
        height: ROW - GAP,
        rx: 2,
        class: kind,
      });
      const said = bps === null ? texts.usage_nothing : speed(bps, lang, 1);
      cell.append(svg("title", {}, `${days[day]} ${two(hour)}–${two((hour + 1) % 24)}: ${said}`));
      picture.append(cell);
      if (bps !== null && bps === most && most > 0 && !top) top = { day, hour };
    });
  });
  for (let hour = 0; hour < 24; hour += 3) {
    picture.append(svg("text", { x: LEFT + hour * CELL + CELL / 2, y: height - 4, class: "axis middle" }, two(hour)));
  }
  if (top) {
    const { day, hour } = top;
    picture.append(
      svg("rect", {
        x: LEFT + hour * CELL,
        y: day * ROW,
        width: CELL - GAP,
        height: ROW - GAP,
        rx: 2,
        class: "busiest",
      }),
    );
  }
  const heads = [texts.usage_day, ...Array.from({ length: 24 }, (_, hour) => two(hour))];
  const rows = week.map((row, day) => [days[day], ...row.map((bps) => (bps === null ? "–" : speed(bps, lang, 1)))]);
  const caption = top
    ? fill(texts.usage_busiest, { day: days[top.day], hour: two(top.hour), rate: speed(most, lang, 1) })
    : texts.usage_hours;
  return [picture, hiddenTable(caption, heads, rows)];
}

const two = (number) => String(number).padStart(2, "0");
