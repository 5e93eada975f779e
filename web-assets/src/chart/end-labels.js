// The names of the lines at the chart's right edge: up to four lines carry name and figure, more carry their number in
// the legend. No two of them overlap; an upload that finds no place is left to the legend.

import { library } from "./chart-library.js";
import { figure, tickFigure } from "./figures.js";
/** @import { Drawing } from "./chart.js" */
/** @import { Colours } from "./chart-marks.js" */

/**
 * An end of a line: `y` as drawn, `main` of a download; without a `value` the name alone.
 * @typedef {{y: number, line: number, main: boolean, name: string, value: string, colour: string, alpha: number}} End
 */

/** So many lines carry their names; of more only their numbers fit. */
export const NAMED = 4;
/** Room beside the plot, px at the usual size of type: for names, for numbers. */
export const ROOM = { names: 122, numbers: 40 };

/**
 * Where each of them stands.
 * @template {{y: number, main: boolean}} E
 * @param {E[]} ends `main` ones come first; all of them find a place unless there is none at all
 * @param {{top: number, bottom: number, height: number}} room px; `height` of a label
 * @returns {(E & {at: number})[]}
 */
export function placeLabels(ends, { top, bottom, height }) {
  const most = Math.floor((bottom - top) / height) + 1;
  const placed = ends
    .filter(({ main }) => main)
    .sort((a, b) => a.y - b.y)
    .slice(0, most)
    .map((end) => ({ ...end, at: end.y }));
  let next = top;
  for (const label of placed) next = (label.at = Math.max(label.at, next)) + height;
  // What was pushed out below goes up again, and pushes those above.
  let last = bottom;
  for (const label of placed.toReversed()) last = (label.at = Math.min(label.at, last)) - height;
  for (const end of ends.filter(({ main }) => !main).sort((a, b) => a.y - b.y)) {
    const at = Math.min(Math.max(end.y, top), bottom);
    if (placed.every((label) => Math.abs(label.at - at) >= height)) placed.push({ ...end, at });
  }
  return placed;
}

/**
 * The newest that is seen of each line, as far as it reaches the right edge.
 * @param {Drawing} drawing
 * @param {Colours} colours
 * @param {string} lang
 * @param {(name: string) => string} title
 * @returns {End[]}
 */
export function endsOf({ names, table, drawn, to, labels, mode, common, scale }, colours, lang, title) {
  const times = table[0];
  const found = [];
  for (let column = 1; column < table.length; column++) {
    const [line, main] = [(column - 1) >> 1, column % 2 === 1];
    // A layer of a stack has one name, and a number is one too.
    if (!main && (!labels.names || mode === "stack")) continue;
    const row = lastOf(table[column], times, to / 1000 + 1e-3);
    const value = row < 0 ? null : table[column][row];
    if (value === null || to - times[row] * 1000 > labels.late) continue;
    // Thinned out, what was drawn last is the same.
    const at = lastOf(drawn[column], drawn[0], times[row] + 1e-6);
    const y = at < 0 ? null : drawn[column][at];
    if (y === null) continue;
    const text = scale === "percent" ? tickFigure(Math.round(Math.abs(y)), lang) : figure(value, common, lang);
    found.push({
      y,
      line,
      main,
      name: !labels.names ? String(line + 1) : main ? title(names[line]) : "↑",
      value: labels.names ? text : "",
      colour: colours.lines[line % 8],
      alpha: 1,
    });
  }
  return found;
}

/** The place of the last point up to a time (s); -1 where there is none. */
function lastOf(column, times, until) {
  let row = times.length - 1;
  while (row >= 0 && (times[row] > until || column[row] === undefined)) row--;
  return row;
}

/**
 * Draws them.
 * @param {import("./chart-library.js").Plot} plot
 * @param {End[]} ends
 * @param {Colours} colours
 * @param {number} room beside the plot, px
 */
export function drawLabels(plot, ends, colours, room) {
  const { ctx: pen, bbox } = plot;
  const ratio = library().pxRatio;
  const size = colours.size * ratio;
  const height = size + 3 * ratio;
  const all = placeLabels(
    ends.map((end) => ({ ...end, y: plot.valToPos(end.y, "y", true) })),
    { top: bbox.top + size / 2, bottom: bbox.top + bbox.height, height },
  );
  const left = bbox.left + bbox.width;
  pen.save();
  pen.setLineDash([]);
  pen.textAlign = "left";
  pen.textBaseline = "middle";
  pen.lineWidth = ratio;
  for (const { y, at, main, name, value, colour, alpha } of all) {
    pen.globalAlpha = alpha;
    pen.strokeStyle = colour;
    pen.beginPath();
    pen.moveTo(left + ratio, y);
    pen.lineTo(left + 8 * ratio, at);
    pen.stroke();
    pen.font = `${main ? "600 " : ""}${size}px ${colours.font}`;
    pen.fillStyle = main ? colours.strong : colours.text;
    const wide = room * ratio - 14 * ratio - (value ? pen.measureText(` ${value}`).width : 0);
    pen.fillText([shortened(pen, name, wide), value].filter(Boolean).join(" "), left + 11 * ratio, at);
  }
  pen.restore();
}

/** As much of a name as fits; a figure is never shortened. */
export function shortened(pen, name, width) {
  if (pen.measureText(name).width <= width) return name;
  let end = Math.min(name.length, 60);
  while (end > 1 && pen.measureText(`${name.slice(0, end)}…`).width > width) end--;
  return `${name.slice(0, end)}…`;
}
