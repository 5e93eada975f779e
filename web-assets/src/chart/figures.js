// The figures of a chart and of its legend: all in one unit, which stands in the head, so that they are bare numbers.
// Does not touch the page.

import { number } from "../shared/format.js";

/** @typedef {{name: string, bps: number}} Unit what one of it is, in bit/s (or in bytes, of amounts) */

/** From here on one decimal is enough. */
const LARGE = 9.995;
/** As wide as a digit: it stands where a second decimal would, so that commas are under each other. */
const NO_DIGIT = "\u2007";

/** A rate in this unit: `216.9`, `4.40`; an unknown one is a dash, never 0. */
export function figure(bps, unit, lang) {
  if (bps === null || bps === undefined || Number.isNaN(bps)) return "–";
  const value = bps / unit.bps;
  return number(value, lang, value < LARGE ? 2 : 1);
}

/** The same for a column of figures. */
export function columnFigure(bps, unit, lang) {
  const text = figure(bps, unit, lang);
  return bps / unit.bps < LARGE || text === "–" ? text : text + NO_DIGIT;
}

/** The unit of amounts of which the largest is `most` bytes. */
export function amountUnit(most) {
  const at = most >= 1e13 ? 3 : most >= 1e9 ? 2 : most >= 1e6 ? 1 : 0;
  return { name: ["kB", "MB", "GB", "TB"][at], bps: 1000 ** (at + 1) };
}

/** A rate on the axis: no more digits than it needs. */
export function tickFigure(value, lang) {
  return number(Math.abs(value), lang, 0, 3);
}
