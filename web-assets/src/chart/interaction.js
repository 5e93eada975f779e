// What the chart does under a hand: the table at the pointer, the cross-hair by keys, zooming. Loaded after the first
// picture, which needs none of it.

import { dragZoom } from "./drag-zoom.js";
import { hoverLabel } from "./hover-label.js";
import { KeyboardCursor } from "./keyboard-cursor.js";

/**
 * @param {HTMLElement} root of the chart
 * @param {import("./chart.js").Chart} chart
 * @param {object} view
 * @param {ConstructorParameters<typeof KeyboardCursor>[1]} view.keys
 * @param {Omit<Parameters<typeof dragZoom>[1], "plot"|"tap">} view.hand
 * @returns {KeyboardCursor}
 */
export function interaction(root, chart, { keys, hand }) {
  const cross = new KeyboardCursor(root, keys);
  dragZoom(root, { ...hand, plot: () => chart.plot, tap: (t) => cross.show(t) });
  chart.labelled(hoverLabel);
  return cross;
}
