// Turns points into what is drawn: plain lines, sent mirrored below zero, or everything stacked to a total. Does not
// touch the page.

/** @import { Mode } from "../data/types.js" */

/** @type {Mode[]} */
export const MODES = ["lines", "mirror", "stack"];

/**
 * @param {(number|null|undefined)[][]} table of the store: `[t in s, rx1, tx1, rx2, tx2, ...]`; null is a gap,
 *   undefined a moment at which only others have a point
 * @param {"lines"|"mirror"|"stack"} mode
 * @param {number} gapMs a point holds for this long at most
 */
export function curves(table, mode, gapMs) {
  if (mode === "lines") return table;
  if (mode === "mirror") return table.map((column, at) => (at > 0 && at % 2 === 0 ? column.map(minus) : column));
  return stacked(table, gapMs);
}

function minus(value) {
  return value === null || value === undefined ? value : -value;
}

/** Each line is the sum of those up to it: received above zero, sent below. */
function stacked(table, gapMs) {
  const times = table[0];
  const out = [times, ...table.slice(1).map(() => new Array(times.length))];
  for (const [first, sign] of [
    [1, 1],
    [2, -1],
  ]) {
    const held = new Array(table.length).fill(null);
    const heldAt = new Array(table.length).fill(-Infinity);
    for (let row = 0; row < times.length; row++) {
      let [sum, present, gaps] = [0, 0, 0];
      for (let at = first; at < table.length; at += 2) {
        const value = table[at][row];
        if (value !== null && value !== undefined) {
          held[at] = value;
          heldAt[at] = times[row];
          present++;
        } else if ((times[row] - heldAt[at]) * 1000 <= gapMs) {
          present++;
          if (value === null) gaps++;
        } else {
          // It is not there: nothing of it is in the total.
          held[at] = null;
        }
        sum += held[at] ?? 0;
        out[at][row] = sign * sum;
      }
      // Where nothing is known of any of them the total is not known.
      if (present === gaps) for (let at = first; at < table.length; at += 2) out[at][row] = null;
    }
  }
  return out;
}

/** The highest and the lowest that is drawn from `from` to `to` (ms), with the points next to them outside. */
export function extent(drawn, from, to) {
  const times = drawn[0];
  const first = Math.max(0, place(times, from / 1000) - 1);
  const end = Math.min(times.length, place(times, to / 1000) + 1);
  let [most, least] = [0, 0];
  for (let at = 1; at < drawn.length; at++) {
    const column = drawn[at];
    for (let row = first; row < end; row++) {
      const value = column[row];
      if (value > most) most = value;
      else if (value < least) least = value;
    }
  }
  return { most, least };
}

/** What a column has at a row; where only another interface has a point, its nearest one; null where it is unknown. */
export function valueAt(column, row) {
  return valueNear(column, row) ?? null;
}

/** The same, but undefined where it is not there at all. */
export function valueNear(column, row) {
  return [row, row - 1, row + 1].map((near) => column[near]).find((value) => value !== undefined);
}

/** The place of the time nearest to `time`; there is at least one. */
export function nearest(times, time) {
  const after = Math.min(place(times, time), times.length - 1);
  return after > 0 && time - times[after - 1] < times[after] - time ? after - 1 : after;
}

/** The place of the first time at or after `time`, among those from `low` to `high`. */
export function place(times, time, low = 0, high = times.length) {
  while (low < high) {
    const middle = (low + high) >> 1;
    if (times[middle] < time) low = middle + 1;
    else high = middle;
  }
  return low;
}
