// What is drawn behind and above the lines: hatched bands for gaps with their reason, bands of uncertainty, limits,
// zero, and the names of the lines at the right edge.

import { library } from "./chart-library.js";
import { drawLabels } from "./end-labels.js";
/** @import { Gap, Limit } from "../data/types.js" */
/** @import { End } from "./end-labels.js" */

/** @typedef {Record<"text"|"strong"|"grid"|"back"|"band"|"hatch"|"edge"|"font", string> & {size: number, fill: number,
 *   lines: string[]}} Colours of the chart */

/**
 * A plugin of the chart.
 * @param {() => {gaps: Gap[], limits: Limit[], doubts: {t: number[], low: number[], high: number[], colour: string}[],
 *   colours: Colours, ends: End[], room: number, sides: string[]}} seen
 */
export function chartMarks(seen) {
  return {
    hooks: {
      // Before the axes and the lines, so that they stay readable on the bands.
      drawClear: (plot) =>
        within(plot, (pen, ratio) => {
          bands(plot, pen, ratio, seen());
          doubts(plot, pen, seen().doubts);
        }),
      draw: (plot) => {
        within(plot, (pen, ratio) => {
          const now = seen();
          for (const place of places(plot, now.gaps)) {
            if (place.gap.kind === "unwatched") unwatched(plot, pen, ratio, now.colours, place);
            else words(plot, pen, ratio, now.colours, place);
          }
          lines(plot, pen, ratio, now);
        });
        const { ends, colours, room } = seen();
        if (ends.length > 0) drawLabels(plot, ends, colours, room);
      },
    },
  };
}

/** Draws inside the plot only, and leaves the pen as it was: the chart remembers how it left it. */
function within(plot, draw) {
  const { ctx: pen, bbox } = plot;
  pen.save();
  pen.beginPath();
  pen.rect(bbox.left, bbox.top, bbox.width, bbox.height);
  pen.clip();
  pen.setLineDash([]);
  draw(pen, library().pxRatio);
  pen.restore();
}

function bands(plot, pen, ratio, { gaps, colours }) {
  const { top, height } = plot.bbox;
  for (const { left, width, gap } of places(plot, gaps)) {
    if (gap.kind === "unwatched") continue;
    pen.fillStyle = colours.band;
    pen.fillRect(left, top, width, height);
    pen.save();
    pen.beginPath();
    pen.rect(left, top, width, height);
    pen.clip();
    pen.strokeStyle = colours.hatch;
    pen.lineWidth = 1.5 * ratio;
    pen.beginPath();
    const apart = 8 * ratio;
    // Stripes lie still while the band moves along.
    for (let x = left - height - ((left - height) % apart); x < left + width; x += apart) {
      pen.moveTo(x, top + height);
      pen.lineTo(x + height, top);
    }
    pen.stroke();
    pen.restore();
    pen.strokeStyle = colours.edge;
    pen.lineWidth = ratio;
    pen.beginPath();
    pen.moveTo(left, top);
    pen.lineTo(left, top + height);
    pen.stroke();
  }
}

/** A quiet veil in the line's own colour, from the least to the most that its rate may truly be. */
function doubts(plot, pen, all) {
  const [x, y] = [(t) => plot.valToPos(t, "x", true), (bps) => plot.valToPos(bps, "y", true)];
  for (const { t, low, high, colour } of all) {
    pen.fillStyle = `${colour}${VEIL}`;
    pen.beginPath();
    t.forEach((time, at) => pen.lineTo(x(time), y(high[at])));
    for (let at = t.length - 1; at >= 0; at--) pen.lineTo(x(t[at]), y(low[at]));
    pen.closePath();
    pen.fill();
  }
}
/** How dense it is, as the last two digits of a colour. */
const VEIL = "1f";

/** Where the gaps are, in the canvas' own pixels. */
function places(plot, gaps) {
  return gaps.map((gap) => {
    const left = plot.valToPos(gap.from / 1000, "x", true);
    return { left, width: plot.valToPos(gap.to / 1000, "x", true) - left, gap };
  });
}

/** Nobody wanted to know: no band, a dotted base line. */
function unwatched(plot, pen, ratio, colours, { left, width, gap }) {
  const y = Math.round(plot.valToPos(Math.max(0, plot.scales.y.min), "y", true)) - 0.5 * ratio;
  pen.strokeStyle = colours.edge;
  pen.lineWidth = 1.5 * ratio;
  pen.setLineDash([2 * ratio, 4 * ratio]);
  pen.beginPath();
  pen.moveTo(left, y);
  pen.lineTo(left + width, y);
  pen.stroke();
  pen.setLineDash([]);
  pen.font = `${colours.size * ratio}px ${colours.font}`;
  if (pen.measureText(gap.label).width + 8 * ratio > width) return;
  pen.fillStyle = colours.text;
  pen.textAlign = "center";
  pen.textBaseline = "bottom";
  pen.fillText(gap.label, left + width / 2, y - 5 * ratio);
}

/** Cause and time in the band: along it, or upright where it is narrow; left out where they do not fit. */
function words(plot, pen, ratio, colours, { left, width, gap }) {
  const { top, height } = plot.bbox;
  const { size, font } = colours;
  const [bold, plain] = [`600 ${size * ratio}px ${font}`, `${size * ratio}px ${font}`];
  pen.font = bold;
  const wide = pen.measureText(gap.label).width;
  pen.font = plain;
  const most = Math.max(wide, pen.measureText(gap.time).width) + 20 * ratio;
  pen.textAlign = "center";
  pen.textBaseline = "middle";
  const middle = left + width / 2;
  if (most <= width) {
    card(pen, colours, middle - most / 2, top + 8 * ratio, most, (2 * size + 14) * ratio, ratio);
    pen.font = bold;
    pen.fillStyle = colours.strong;
    pen.fillText(gap.label, middle, top + (8 + 7 + size / 2) * ratio);
    pen.font = plain;
    pen.fillStyle = colours.text;
    pen.fillText(gap.time, middle, top + (8 + 8 + 1.6 * size) * ratio);
    return;
  }
  const upright = `${gap.label} · ${gap.time}`;
  const long = pen.measureText(upright).width + 16 * ratio;
  const thick = (size + 7) * ratio;
  if (width < thick || long > height) return;
  pen.translate(middle, top + height / 2);
  pen.rotate(-Math.PI / 2);
  card(pen, colours, -long / 2, -thick / 2, long, thick, ratio);
  pen.fillStyle = colours.text;
  pen.fillText(upright, 0, 0);
  pen.rotate(Math.PI / 2);
  pen.translate(-middle, -(top + height / 2));
}

function card(pen, colours, x, y, width, height, ratio) {
  pen.fillStyle = colours.back;
  pen.beginPath();
  pen.roundRect(x, y, width, height, 4 * ratio);
  pen.fill();
}

/** Zero, where there is something below it, with the names of both sides; and the limits. */
function lines(plot, pen, ratio, { limits: all, colours, sides }) {
  const { left, width, top, height } = plot.bbox;
  const across = (y) => {
    pen.beginPath();
    pen.moveTo(left, y);
    pen.lineTo(left + width, y);
    pen.stroke();
  };
  pen.font = `${colours.size * ratio}px ${colours.font}`;
  if (plot.scales.y.min < 0) {
    pen.strokeStyle = colours.edge;
    pen.lineWidth = ratio;
    across(Math.round(plot.valToPos(0, "y", true)) + 0.5);
    pen.fillStyle = colours.text;
    pen.textAlign = "left";
    pen.textBaseline = "top";
    pen.fillText(sides[0], left + 6 * ratio, top + 5 * ratio);
    pen.textBaseline = "bottom";
    pen.fillText(sides[1], left + 6 * ratio, top + height - 4 * ratio);
  }
  for (const { bps, label } of all) {
    const y = Math.round(plot.valToPos(bps, "y", true)) + 0.5;
    pen.strokeStyle = colours.strong;
    pen.globalAlpha = 0.7;
    pen.lineWidth = ratio;
    pen.setLineDash([9, 3, 1.5, 3].map((part) => part * ratio));
    across(y);
    pen.setLineDash([]);
    pen.globalAlpha = 1;
    pen.textAlign = "right";
    // Under the line where above it would be outside.
    const above = y - top > (colours.size + 6) * ratio;
    pen.textBaseline = above ? "bottom" : "top";
    const [x, at] = [left + width - 4 * ratio, y + (above ? -3 : 4) * ratio];
    pen.lineWidth = 3 * ratio;
    pen.lineJoin = "round";
    pen.strokeStyle = colours.back;
    pen.strokeText(label, x, at);
    pen.fillStyle = colours.text;
    pen.fillText(label, x, at);
  }
}
