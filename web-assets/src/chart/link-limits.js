// Which limits are drawn in the chart, with their names: the package or subscription that was set for a line, else the
// speed of its link. Does not touch the page.

import { extent } from "./curves.js";
import { fill, number } from "../shared/format.js";
/** @import { Limit, Mode, Table, Texts } from "../data/types.js" */

/**
 * What a line can carry, bit/s; null where nobody knows.
 * @typedef {{down: number|null, up: number|null, set: boolean, view: "customer"|"network"}} Most `set`: somebody set it
 */

/**
 * @param {{linkBps?: number|null, limitDownBps?: number|null, limitUpBps?: number|null}|null|undefined} facts what the
 *   server says of the line, with what is set for it
 * @param {"customer"|"network"} view
 * @returns {Most}
 */
export function mostOf(facts, view) {
  const { limitDownBps, limitUpBps, linkBps } = facts ?? {};
  const set = limitDownBps > 0 || limitUpBps > 0;
  const [down, up] = set ? [limitDownBps, limitUpBps] : [linkBps, linkBps];
  return { down: down > 0 ? down : null, up: up > 0 ? up : null, set, view };
}

/**
 * The limits that are worth a line: known, and near to what flows. Several of the same size and kind share one; the
 * total of several lines has none, and below zero a limit is below zero.
 * @param {Table} table of the store
 * @param {Most[]} all of each line in the table's order
 * @param {Mode} mode
 * @returns {{bps: number, kind: "subscription"|"package"|"link"}[]}
 */
export function limitsOf(table, all, mode, { from, to }) {
  if (mode === "stack" && all.length > 1) return [];
  const found = new Map();
  all.forEach((most, at) => {
    const [down, up] = [1, 2].map((way) => extent([table[0], table[2 * at + way]], from, to).most);
    const kind = !most.set ? "link" : most.view === "customer" ? "package" : "subscription";
    const near = (bps, highest) => bps > 0 && highest >= bps * (most.set ? NEAR_SET : NEAR);
    if (near(most.down, down)) found.set(`${kind} ${most.down}`, { bps: most.down, kind });
    if (!near(most.up, up)) return;
    if (mode === "mirror") found.set(`${kind} ${-most.up}`, { bps: -most.up, kind });
    // One line for both directions of a link.
    else if (mode === "lines" && !most.set) found.set(`${kind} ${most.up}`, { bps: most.up, kind });
  });
  return [...found.values()];
}
/** From this part of the limit on it is near; what somebody set is wanted earlier. */
const NEAR = 0.6;
const NEAR_SET = 0.3;

/**
 * @param {{bps: number, kind: string}} limit
 * @param {Texts} texts
 * @param {string} lang
 * @param {import("./figures.js").Unit} unit
 * @returns {Limit}
 */
export function limitLine({ bps, kind }, texts, lang, unit) {
  const n = `${number(Math.abs(bps) / unit.bps, lang, 0, 2)} ${unit.name}`;
  return { bps, label: fill(texts[`limit.${kind}`], { n }) };
}
