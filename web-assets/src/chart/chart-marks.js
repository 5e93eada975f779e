// What is drawn behind and above the lines: grey bands for gaps with their reason, bands of uncertainty, and link
// limits.

import { library } from "./chart-library.js";

/** @typedef {Record<"text"|"grid"|"back"|"band"|"edge"|"font", string> & {size: number,
 *   lines: string[]}} Colours of the chart */

/**
 * A plugin of the chart.
 * @param {() => {gaps: {from: number, to: number, label: string}[], limits: {bps: number, label: string, colour:
 *   string}[], doubts: {t: number[], low: number[], high: number[], colour: string}[], colours: Colours}} seen
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
      draw: (plot) =>
        within(plot, (pen, ratio) => {
          const now = seen();
          const { top, height } = plot.bbox;
          for (const { left, width, label } of places(plot, now.gaps))
            words(pen, ratio, now.colours, label, left, width, top, height);
          lines(plot, pen, ratio, now);
        }),
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
  for (const { left, width } of places(plot, gaps)) {
    pen.fillStyle = colours.band;
    pen.fillRect(left, top, width, height);
    pen.strokeStyle = colours.edge;
    pen.lineWidth = ratio;
    pen.beginPath();
    for (const x of [left, left + width]) {
      pen.moveTo(x, top);
      pen.lineTo(x, top + height);
    }
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

/** Where the bands are, in the canvas' own pixels. */
function places(plot, gaps) {
  return gaps.map(({ from, to, label }) => {
    const left = plot.valToPos(from / 1000, "x", true);
    return { left, width: plot.valToPos(to / 1000, "x", true) - left, label };
  });
}

/** The reason in its band: along it, or upright where it is narrow; left out where it does not fit. */
function words(pen, ratio, { text, font, size }, label, left, width, top, height) {
  pen.font = `${size * ratio}px ${font}`;
  pen.fillStyle = text;
  pen.textAlign = "center";
  pen.textBaseline = "middle";
  const long = pen.measureText(label).width + 12 * ratio;
  if (long <= width) {
    pen.fillText(label, left + width / 2, top + (size + 4) * ratio);
  } else if (width >= 16 * ratio && long <= height) {
    pen.translate(left + width / 2, top + height / 2);
    pen.rotate(-Math.PI / 2);
    pen.fillText(label, 0, 0);
    pen.rotate(Math.PI / 2);
    pen.translate(-(left + width / 2), -(top + height / 2));
  }
}

/** Zero, where there is something below it, and the limits. */
function lines(plot, pen, ratio, { limits: all, colours }) {
  const { left, width, top } = plot.bbox;
  if (plot.scales.y.min < 0) {
    const y = Math.round(plot.valToPos(0, "y", true)) + 0.5;
    pen.strokeStyle = colours.text;
    pen.lineWidth = ratio;
    pen.beginPath();
    pen.moveTo(left, y);
    pen.lineTo(left + width, y);
    pen.stroke();
  }
  for (const { bps, label, colour } of all) {
    const y = Math.round(plot.valToPos(bps, "y", true));
    pen.strokeStyle = colour;
    pen.lineWidth = 1.5 * ratio;
    pen.setLineDash([2 * ratio, 4 * ratio]);
    pen.beginPath();
    pen.moveTo(left, y);
    pen.lineTo(left + width, y);
    pen.stroke();
    pen.setLineDash([]);
    pen.font = `600 ${(colours.size - 1) * ratio}px ${colours.font}`;
    pen.textAlign = "left";
    // Under the line where above it would be outside.
    const above = y - top > 16 * ratio;
    pen.textBaseline = above ? "bottom" : "top";
    const [x, at] = [left + 6 * ratio, y + (above ? -3 : 4) * ratio];
    pen.lineWidth = 3 * ratio;
    pen.lineJoin = "round";
    pen.strokeStyle = colours.back;
    pen.strokeText(label, x, at);
    pen.fillStyle = colours.text;
    pen.fillText(label, x, at);
  }
}
