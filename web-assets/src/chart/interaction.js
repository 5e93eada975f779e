// What the chart does under a hand: the table at the pointer, the cross-hair by keys, zooming, and the way into what is
// older than the live chart. Loaded after the first picture, which needs none of it.

import { AlertMarks } from "./alert-marks.js";
import { cursorWords } from "./cursor-words.js";
import { dragZoom } from "./drag-zoom.js";
import { hoverLabel } from "./hover-label.js";
import { KeyboardCursor } from "./keyboard-cursor.js";

/** @import { Direction, Range, Scene, Texts } from "../data/types.js" */
/** @import { TimeSpan } from "./time-span.js" */

/**
 * @param {HTMLElement} root of the chart
 * @param {import("./chart.js").Chart} chart
 * @param {object} view
 * @param {string} view.lang
 * @param {Texts} view.texts
 * @param {() => string|undefined} view.router its id
 * @param {(name: string) => Direction} view.side
 * @param {() => Scene} view.scene
 * @param {() => Range} view.range
 * @param {(move: (span: TimeSpan, edge: number, oldest: number) => void) => void} view.moved
 * @param {(range: Range) => void} view.beyond shows what is older than the live chart, where it was recorded
 * @param {() => void} view.reset
 * @returns {KeyboardCursor}
 */
export function interaction(root, chart, view) {
  const zoom = (from, to) => view.moved((span, edge, oldest) => span.zoom(from, to, edge, oldest));
  const pan = (ms) => {
    const { from, to } = view.range();
    view.moved((span, edge, oldest) => span.pan(ms, edge, oldest));
    // Before what the live chart remembers there is what was recorded.
    if (ms < 0 && view.range().from >= from) view.beyond({ from: from + ms, to: to + ms });
  };
  const scale = (factor, at) => {
    const { from, to } = view.range();
    let whole = false;
    view.moved((span, edge, oldest) => {
      whole = factor > 1 && !span.zoomed;
      span.scale(factor, at, edge, oldest);
    });
    // So does what is wider than its window.
    if (whole) view.beyond({ from: to - (to - from) * factor, to });
  };
  const marks = new AlertMarks({
    root,
    lang: view.lang,
    texts: view.texts,
    router: view.router,
    scene: view.scene,
    clock: chart.clock,
    redraw: () => chart.plot?.redraw(false),
    point: (t) => cross.show(t),
  });
  const stood = (t) => marks.at(t);
  const cross = new KeyboardCursor(root, {
    seen: view.scene,
    point: (t) => chart.point(t),
    words: (t) => cursorWords(view.scene(), t, { lang: view.lang, clock: chart.clock, side: view.side, stood }),
    pan: (part) => {
      const { from, to } = view.range();
      pan(part * (to - from));
    },
    scale: (factor, at) => scale(factor, at ?? view.range().to),
  });
  dragZoom(root, { zoom, pan, scale, reset: view.reset, plot: () => chart.plot, tap: (t) => cross.show(t) });
  chart.extended(
    (page) => hoverLabel({ ...page, stood }),
    () => marks.plugin(),
  );
  return cross;
}
