// The label at the pointer or the keyboard cursor: the time and each interface's exact rates, as download and upload
// and as the router counts them. In a gap it says why there is no data.

import { sumOf } from "../data/partial-sums.js";
import { element, put } from "../shared/elements.js";
import { atLeast, shortName, speed } from "../shared/format.js";
import { nearest } from "./curves.js";
import { uncertaintyWords } from "./uncertainty.js";

/**
 * A plugin of the chart.
 * @param {object} page
 * @param {string[]} page.names in the order of the series, rx and tx each
 * @param {string[]} page.colours
 * @param {string} page.lang
 * @param {(t: number) => string} page.clock writes a time (ms)
 * @param {(name: string) => {down: "rx"|"tx"}} page.side
 * @param {"bit"|"byte"} page.unit
 * @param {boolean} page.stacked the lines are layers of a total, which is told as well
 * @param {() => {table: (number|null|undefined)[][], gaps: {from: number, to: number, why: string}[],
 *   factors: {low: ArrayLike<number>, high: ArrayLike<number>}}} page.seen what is drawn, as it was received: neither
 *   mirrored nor stacked
 */
export function hoverLabel({ names, colours, lang, clock, side, unit, stacked = false, seen }) {
  const box = element("div", names.length > 3 ? "hover many" : "hover");
  const time = element("strong");
  const why = element("p", "why");
  const rows = names.map((name, at) => {
    const root = element("div", "row");
    root.style.setProperty("--colour", colours[at % colours.length]);
    const value = element("span");
    root.append(element("bdi", "", shortName(name)), value);
    return { root, value };
  });
  const total = element("div", "row");
  const sum = element("span");
  total.append(element("bdi", "", "Σ"), sum);
  total.hidden = !(stacked && names.length > 1);
  box.append(time, why, ...rows.map(({ root }) => root), ...(total.hidden ? [] : [total]));
  box.dataset.testid = "hover";
  box.hidden = true;

  return {
    hooks: {
      init: (plot) => plot.over.append(box),
      setCursor(plot) {
        const { idx, left } = plot.cursor;
        box.hidden = names.length === 0 || idx === null || idx === undefined || left < 0;
        if (box.hidden) return;
        const { table, gaps, factors } = seen();
        const here = plot.posToVal(left, "x") * 1000;
        // What is drawn may be thinned out: the figures are those of the nearest sample.
        const row = nearest(table[0], here / 1000);
        const gap = gapAt(gaps, here, table[0][row] * 1000);
        // Of one tick all rates are right or wrong together.
        const doubt = gap ? "" : uncertaintyWords(factors.low[row], factors.high[row]);
        put(time, clock(gap ? here : table[0][row] * 1000) + (doubt && `  ${doubt}`));
        put(why, gap ? gap.why : "");
        why.hidden = !gap;
        rows.forEach(({ root, value }, at) => {
          root.hidden = Boolean(gap);
          if (!gap) put(value, rates(names[at], at, table, row, lang, side, unit));
        });
        total.hidden = Boolean(gap);
        if (!gap) put(sum, totals(table, row, lang, unit));
        // Beside the pointer, on the side where there is more room; within the chart in any case.
        const { clientWidth: width } = plot.over;
        const wide = box.offsetWidth;
        const beside = left > width / 2 ? left - 12 - wide : left + 12;
        const { offsetLeft: edge } = plot.over;
        box.style.left = `${Math.max(-edge, Math.min(beside, plot.width - edge - wide))}px`;
      },
    },
  };
}

/** The gap at this moment, if the nearest point is not in sight. */
function gapAt(gaps, here, nearest) {
  const gap = gaps.find(({ from, to }) => here > from && here < to);
  return gap && (nearest <= gap.from || nearest >= gap.to) && Math.abs(nearest - here) > 1_000 ? gap : null;
}

/** `↓ 12.00 Mbps RX · ↑ 3.00 Mbps TX`: download stands first, and each says which direction of the router it is. */
export function rates(name, at, table, row, lang, side, unit) {
  const { down } = side(name);
  const rate = { rx: value(table[1 + 2 * at], row), tx: value(table[2 + 2 * at], row) };
  const up = down === "rx" ? "tx" : "rx";
  const words = (way) => `${speed(rate[way], lang, 2, unit)} ${way.toUpperCase()}`;
  return `↓ ${words(down)} · ↑ ${words(up)}`;
}

/**
 * `RX 32.00 Mbps · TX ≥ 11.00 Mbps`: what all of them carry, of which a part may not be known. Who is not there carries
 * nothing.
 */
export function totals(table, row, lang, unit) {
  const way = (first) => {
    const here = table
      .slice(1)
      .filter((_, at) => at % 2 === first)
      .map((column) => nearby(column, row));
    const { known, unknown } = sumOf(here.filter((value) => value !== undefined));
    return atLeast(speed(known, lang, 2, unit), unknown > 0);
  };
  return `RX ${way(0)} · TX ${way(1)}`;
}

/** Where only another interface has a point, this one's nearest. */
function value(column, row) {
  return nearby(column, row) ?? null;
}

function nearby(column, row) {
  return [row, row - 1, row + 1].map((near) => column[near]).find((value) => value !== undefined);
}
