// The small curve in a list row: the last minutes as the chart draws them. The download of the line's own point of view
// solid and filled above zero, the upload dashed below, in one colour; hatched where data should be and is not.

import { onCanvas } from "./palette.js";
/** @import { Direction } from "../data/types.js" */

export const SPARK_MS = 120_000;
/** Less than this, bit/s, does not fill the height: silence looks like silence. */
const LEAST = 20_000;
/** The newest point may be so old before the rest is hatched, ms. */
const LATE = 10_000;

/** @type {Direction} */
const NETWORK = { down: "rx", up: "tx", view: "network" };

/**
 * Draws the line through the points to `pen` (a canvas' context, or what a test puts there). A gap begins anew.
 * @param {CanvasRenderingContext2D} pen
 * @param {{t: Float64Array, values: Float64Array, first: number}} line from its point `first` on; NaN is a gap
 * @param {{from: number, to: number, width: number, zero: number, scale: number}} frame times in ms; where zero lies,
 *   px, and how many px a bit/s is: below zero where it is negative
 * @param {boolean} area each stretch begins and ends at zero
 */
export function trace(pen, { t, values, first }, { from, to, width, zero, scale }, area = false) {
  let x = NaN;
  const end = () => {
    if (area && !Number.isNaN(x)) pen.lineTo(x, zero);
  };
  for (let i = first; i < t.length; i++) {
    if (Number.isNaN(values[i])) {
      end();
      x = NaN;
      continue;
    }
    const begins = Number.isNaN(x);
    x = ((t[i] - from) / (to - from)) * width;
    const y = zero - values[i] * scale;
    if (begins) pen.moveTo(x, area ? zero : y);
    if (!begins || area) pen.lineTo(x, y);
  }
  end();
}

/** Where zero lies and how large a bit/s is: download has most of the height, unless upload is the larger one. */
export function frame(down, up, height) {
  const [top, low] = [Math.max(down, LEAST), Math.max(up, LEAST / 4)];
  const zero = Math.round(height * (top >= low ? 0.72 : 0.5));
  return { zero, scale: Math.min((zero - 1.5) / top, (height - zero - 1.5) / low) };
}

export class Sparkline {
  #shown = "";

  constructor(canvas, width, height) {
    this.canvas = canvas;
    this.width = width;
    this.height = height;
    this.context = canvas.getContext("2d");
  }

  /**
   * @param {import("../data/point-series.js").PointSeries} series
   * @param {number} edge ms
   * @param {string} colour
   * @param {Direction} side of the line
   */
  draw(series, edge, colour, side = NETWORK) {
    const { canvas, context, width, height } = this;
    const from = edge - SPARK_MS;
    const first = Math.max(0, series.at(from) - 1);
    const [down, up] = [series.peakOf(side.down, from), series.peakOf(side.up, from)];
    const ink = onCanvas(colour);
    const ratio = Math.min(3, globalThis.devicePixelRatio || 1);
    const late = edge - series.last > LATE;
    // Where nothing flows, each tick looks like the one before.
    const shown =
      down > 0 || up > 0 || late
        ? `${edge} ${series.length} ${series.last} ${ink} ${ratio} ${side.down}`
        : `${series.length > first} ${ink} ${ratio}`;
    if (shown === this.#shown) return;
    this.#shown = shown;
    if (canvas.width !== Math.round(width * ratio)) {
      canvas.width = Math.round(width * ratio);
      canvas.height = Math.round(height * ratio);
    }
    context.setTransform(ratio, 0, 0, ratio, 0, 0);
    context.clearRect(0, 0, width, height);
    context.strokeStyle = context.fillStyle = ink;
    context.lineJoin = "round";
    const { zero, scale } = frame(down, up, height);
    const { t } = series;
    const paint = (values, sign, line, dash, area) => {
      context.beginPath();
      trace(context, { t, values, first }, { from, to: edge, width, zero, scale: sign * scale }, area);
      if (area) return context.fill();
      context.lineWidth = line;
      context.setLineDash(dash);
      context.stroke();
    };
    context.globalAlpha = 0.16;
    paint(series[side.down], 1, 0, [], true);
    if (late) this.#hatch(Math.max(0, ((series.last - from) / SPARK_MS) * width || 0));
    context.globalAlpha = 1;
    paint(series[side.up], -1, 1.1, [2.5, 2], false);
    paint(series[side.down], 1, 1.25, [], false);
  }

  /** From here on nothing is known. */
  #hatch(x) {
    const { context, width, height } = this;
    context.save();
    context.globalAlpha = 0.35;
    context.lineWidth = 1;
    context.setLineDash([]);
    context.beginPath();
    context.rect(x, 0, width - x, height);
    context.clip();
    context.beginPath();
    for (let at = x - height; at < width; at += 5) {
      context.moveTo(at, height);
      context.lineTo(at + height, 0);
    }
    context.stroke();
    context.restore();
  }

  /** The next drawing is done, whatever was drawn. */
  forget() {
    this.#shown = "";
  }
}
