// What is at a moment of the live chart, in words, for whoever reads it by the keyboard. Loaded with the keys.

import { gapAt, rowAt } from "./scene.js";
import { valueAt } from "./curves.js";
import { uncertaintyWords } from "./uncertainty.js";
import { titleOf } from "../interfaces/line-settings.js";
import { speed } from "../shared/format.js";

/** @import { Direction, Scene } from "../data/types.js" */

/**
 * @param {Scene} scene
 * @param {number} t ms
 * @param {{lang: string, clock: (t: number) => string, side: (name: string) => Direction,
 *   stood?: (t: number) => string[]}} page `stood`: what is said of the alerts that stood at a moment
 */
export function cursorWords(scene, t, { lang, clock, side, stood = () => [] }) {
  const { names, table, factors } = scene;
  const row = rowAt(scene, t);
  const gap = gapAt(scene, t);
  const alerts = stood(t)
    .map((text) => `. ${text}`)
    .join("");
  if (gap) return `${clock(t)}: ${gap.why}${alerts}`;
  // `↓ 12.00 Mbps RX · ↑ 3.00 Mbps TX`: download stands first, and beside each the router's own direction.
  const words = (way, column) => `${speed(valueAt(table[column], row), lang)} ${way.toUpperCase()}`;
  const each = names.map((name, at) => {
    const { down, up } = side(name);
    return `${titleOf(name)} ↓ ${words(down, 1 + 2 * at)} · ↑ ${words(up, 2 + 2 * at)}`;
  });
  const doubt = uncertaintyWords(factors.low[row], factors.high[row]);
  return `${clock(t)}: ${each.join("; ")}${doubt && ` (${doubt})`}${alerts}`;
}
