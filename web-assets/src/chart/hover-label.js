// The table at the pointer or the keyboard cursor: the time and each line's exact rates, download and upload, and in
// small print which direction of the router each of them is. In a gap it says why there is no data.

import { nearest, valueAt, valueNear } from "./curves.js";
import { figure } from "./figures.js";
import { element, put } from "../shared/elements.js";
import { atLeast } from "../shared/format.js";
import { sumOf } from "../data/partial-sums.js";
import { uncertaintyWords } from "./uncertainty.js";
/** @import { Direction, Factors, Gap, Table, Texts } from "../data/types.js" */
/** @import { Unit } from "./figures.js" */

/** Of so many lines each has its small print; of more the points of view have it once. */
const FEW = 4;

/**
 * A plugin of the chart.
 * @param {object} page
 * @param {string[]} page.names in the order of the series, download and upload each
 * @param {string[]} page.colours
 * @param {string} page.lang
 * @param {Texts} page.texts
 * @param {(t: number) => string} page.clock writes a time (ms)
 * @param {(name: string) => Direction} page.side
 * @param {(name: string) => string} page.title
 * @param {"bit"|"byte"} page.unit
 * @param {boolean} page.stacked the lines are layers of a total, which is told as well
 * @param {() => {table: Table, gaps: Gap[], factors: Factors, axis: {unit: Unit}}} page.seen what is
 *   drawn, as it was received: neither mirrored nor stacked
 * @param {(t: number) => string[]} [page.stood] what is said of the alerts that stood at a moment
 */
export function hoverLabel({
  names,
  colours,
  lang,
  texts,
  clock,
  side,
  title,
  unit,
  stacked = false,
  seen,
  stood = () => [],
}) {
  const box = element("div", "hover");
  const table = element("table");
  const [head, body] = [element("thead"), element("tbody")];
  const top = element("tr");
  const time = element("th");
  const [downHead, upHead] = [element("td"), element("td")];
  top.append(time, downHead, upHead);
  head.append(top);
  const why = element("p", "why");
  const alerts = element("p", "why");
  const line = (...cells) => {
    const row = element("tr");
    row.append(...cells);
    return row;
  };
  const soft = () => line(element("th", "soft"), element("td", "soft"), element("td", "soft"));
  const rows = names.map((name, at) => {
    const who = element("th");
    const mark = element("span", "swatch");
    mark.style.setProperty("--colour", colours[at % colours.length]);
    who.append(mark, element("bdi", "", title(name)));
    const [down, up] = [element("td"), element("td")];
    down.dataset.testid = "hover-down";
    up.dataset.testid = "hover-up";
    const root = line(who, down, up);
    root.dataset.interface = name;
    const print = names.length <= FEW ? soft() : null;
    body.append(root, ...(print ? [print] : []));
    return { root, down, up, print };
  });
  const sums = line(element("th", "", "Σ"), element("td"), element("td"));
  if (stacked && names.length > 1) body.append(sums);
  const both = [soft(), soft()];
  if (names.length > FEW) body.append(...both);
  table.append(head, body);
  box.append(table, why, alerts);
  box.dataset.testid = "hover";
  box.hidden = true;

  return {
    hooks: {
      init: (plot) => plot.over.append(box),
      setCursor(plot) {
        const { idx, left } = plot.cursor;
        box.hidden = names.length === 0 || idx === null || idx === undefined || left < 0;
        if (box.hidden) return;
        const { table, gaps, factors, axis } = seen();
        const here = plot.posToVal(left, "x") * 1000;
        // What is drawn may be thinned out: the figures are those of the nearest sample.
        const row = nearest(table[0], here / 1000);
        const gap = gapAt(gaps, here, table[0][row] * 1000);
        // Of one tick all rates are right or wrong together.
        const doubt = gap ? "" : uncertaintyWords(factors.low[row], factors.high[row]);
        const bit = axis.unit.name === "%" ? PERCENT[unit] : axis.unit;
        put(time, clock(gap ? here : table[0][row] * 1000) + (doubt && `  ${doubt}`));
        put(downHead, gap ? "" : `↓ ${bit.name}`);
        put(upHead, gap ? "" : `↑ ${bit.name}`);
        put(why, gap ? gap.why : "");
        why.hidden = !gap;
        put(alerts, stood(here).join("\n"));
        alerts.hidden = alerts.textContent === "";
        body.hidden = Boolean(gap);
        if (!gap) {
          const seenFrom = new Set();
          rows.forEach(({ down, up, print }, at) => {
            put(down, figure(valueAt(table[1 + 2 * at], row), bit, lang));
            put(up, figure(valueAt(table[2 + 2 * at], row), bit, lang));
            const way = side(names[at]);
            seenFrom.add(way.view);
            if (print) tell(print, way, texts);
          });
          [NETWORK, CUSTOMER].forEach((way, at) => {
            both[at].hidden = !seenFrom.has(way.view);
            tell(both[at], way, texts);
          });
          const { down, up } = totals(table, row);
          put(sums.cells[1], atLeast(figure(down.known, bit, lang), down.unknown > 0));
          put(sums.cells[2], atLeast(figure(up.known, bit, lang), up.unknown > 0));
        }
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
const NETWORK = { down: "rx", up: "tx", view: "network" };
const CUSTOMER = { down: "tx", up: "rx", view: "customer" };
/** On an axis of per cent the figures stay rates. */
const PERCENT = { bit: { name: "Mbps", bps: 1e6 }, byte: { name: "MB/s", bps: 8e6 } };

/** The small print: from where it is seen, and which direction of the router each is. */
function tell(row, { down, up, view }, texts) {
  put(row.cells[0], texts[`view_${view}`]);
  put(row.cells[1], down.toUpperCase());
  put(row.cells[2], up.toUpperCase());
}

/** The gap at this moment, if the nearest point is not in sight. */
function gapAt(gaps, here, nearest) {
  const gap = gaps.find(({ from, to }) => here > from && here < to);
  return gap && (nearest <= gap.from || nearest >= gap.to) && Math.abs(nearest - here) > 1_000 ? gap : null;
}

/** What all of them carry, of which a part may not be known. Who is not there carries nothing. */
export function totals(table, row) {
  const way = (first) => {
    const here = table
      .slice(1)
      .filter((_, at) => at % 2 === first)
      .map((column) => valueNear(column, row));
    return sumOf(here.filter((value) => value !== undefined));
  };
  return { down: way(0), up: way(1) };
}
