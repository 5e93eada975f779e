// Decides which links' limits are drawn in the chart, and labels them. Does not touch the page.

import { extent } from "./curves.js";
import { fill, shortName, tick } from "../shared/format.js";
import { onCanvas, PALETTE } from "./palette.js";
/** @import { Limit, Texts } from "../data/types.js" */

/**
 * The links' limits that are worth a line: known, and near to what flows. Several of the same size share one; the
 * total of several interfaces has none, and below zero a limit is below zero.
 * @param {string[]} names
 * @param {(number|null|undefined)[][]} table of the store
 * @param {(name: string) => number|null|undefined} linkOf bit/s
 * @returns {{bps: number, names: string[]}[]}
 */
export function linkLimits(names, table, mode, linkOf, { from, to }) {
  if (mode === "stack" && names.length > 1) return [];
  const found = new Map();
  names.forEach((name, at) => {
    const bps = linkOf(name);
    if (!(bps > 0)) return;
    const [rx, tx] = [1, 2].map((way) => extent([table[0], table[2 * at + way]], from, to).most);
    const near =
      mode === "lines"
        ? [[1, Math.max(rx, tx)]]
        : [
            [1, rx],
            [-1, tx],
          ];
    for (const [sign, most] of near) {
      if (most < bps * NEAR) continue;
      if (!found.has(sign * bps)) found.set(sign * bps, []);
      found.get(sign * bps).push(name);
    }
  });
  return [...found].map(([bps, who]) => ({ bps, names: who }));
}
/** From this part of the limit on it is near. */
const NEAR = 0.6;

/**
 * @param {{bps: number, names: string[]}} limit
 * @param {string[]} names of all that is shown, in the order of their colours
 * @param {Texts} texts
 * @param {string} lang
 * @returns {Limit}
 */
export function limitLine({ bps, names: same }, names, texts, lang) {
  return {
    bps,
    label: fill(texts.link_limit, {
      name: same.map(shortName).join(", ").slice(0, 60),
      n: tick(Math.abs(bps), lang),
    }),
    colour: onCanvas(PALETTE[names.indexOf(same[0]) % PALETTE.length]),
  };
}
