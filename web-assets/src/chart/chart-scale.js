// By which measure the lines stand: bit/s as they are, logarithmic, or per cent of what each line can carry. Does not
// touch the page.

/** @import { Mode, Table } from "../data/types.js" */
/** @typedef {"linear"|"log"|"percent"} Scale */

/** @type {Scale[]} */
export const SCALES = ["linear", "log", "percent"];

/** Where a logarithmic axis begins at the lowest, bit/s: it has no zero. */
const LOWEST = 1_000;

/** Whether a scale makes sense: below zero there is no logarithm, and parts of different wholes do not add up. */
export function fits(scale, /** @type {Mode} */ mode) {
  return scale === "linear" || mode === "lines" || (scale === "percent" && mode === "mirror");
}

/**
 * The drawn lines in per cent; a line of which nobody knows what it can carry is not drawn.
 * @param {Table} lines as drawn, mirrored or not
 * @param {{down: number|null, up: number|null}[]} most of each line, bit/s
 * @returns {Table}
 */
export function percents(lines, most) {
  return lines.map((column, at) => {
    if (at === 0) return column;
    const whole = most[(at - 1) >> 1][at % 2 === 1 ? "down" : "up"];
    if (!(whole > 0)) return column.map(() => null);
    return column.map((value) => (value === null || value === undefined ? value : (100 * value) / whole));
  });
}

/**
 * The drawn lines for a logarithmic axis: what is less than its lower end stands on it.
 * @param {Table} lines
 * @returns {{lines: Table, bottom: number}}
 */
export function logarithmic(lines, from, to) {
  let least = Infinity;
  const times = lines[0];
  for (let row = 0; row < times.length; row++) {
    if (times[row] * 1000 < from || times[row] * 1000 > to) continue;
    for (let at = 1; at < lines.length; at++) if (lines[at][row] > 0) least = Math.min(least, lines[at][row]);
  }
  const bottom = least === Infinity ? LOWEST : Math.max(LOWEST, 10 ** Math.floor(Math.log10(least)));
  const raised = (value) => (value === null || value === undefined ? value : Math.max(bottom, value));
  return { lines: lines.map((column, at) => (at === 0 ? column : column.map(raised))), bottom };
}

/** The upper end of a logarithmic axis: the power of ten above, so that there is one step at least. */
export function logTop(most, bottom) {
  return Math.max(10 * bottom, 10 ** Math.ceil(Math.log10(Math.max(most, bottom) * 1.05)));
}

/** The powers of ten from one end to the other. */
export function logTicks(bottom, top) {
  const found = [];
  const first = Math.ceil(Math.log10(bottom) - 1e-9);
  for (let power = first; 10 ** power <= top * 1.000001; power++) found.push(10 ** power);
  return found;
}
