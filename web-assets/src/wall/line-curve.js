// Curves of one line or several in a small room: the trend in a row of the list of routers, and the chart of a tile
// on
// the wall. Download of each line's own point of view solid and above, upload dashed below. Hatched where data should
// be and is not.

import { frame, trace } from "../chart/sparkline.js";

/** @typedef {{down: "rx"|"tx", up: "rx"|"tx"}} Side */

/** The newest point may be so old before the rest is hatched, ms. */
const LATE = 12_000;

/**
 * From which side a line is looked at.
 * @returns {Side}
 */
export function sideOf(facts) {
  return facts?.pointOfView === "customer" ? { down: "tx", up: "rx" } : { down: "rx", up: "tx" };
}

export class LineCurve {
  #shown = "";
  #size = { width: 0, height: 0 };

  /** @param {HTMLCanvasElement} canvas */
  constructor(canvas, { lineWidth = 1.25, dash = [2.5, 2], fill = 0.16 } = {}) {
    this.canvas = canvas;
    this.context = canvas.getContext("2d");
    this.lineWidth = lineWidth;
    this.dash = dash;
    this.fill = fill;
  }

  /** Its room, px; measured by whoever knows when it changes. */
  resize(width, height) {
    if (width === this.#size.width && height === this.#size.height) return;
    this.#size = { width, height };
    this.#shown = "";
  }

  /**
   * @param {{series: import("../data/point-series.js").PointSeries, side: Side, ink: string}[]} lines
   * @param {{from: number, to: number}} range ms
   */
  draw(lines, { from, to }) {
    const { width, height } = this.#size;
    if (width < 4 || height < 4) return;
    const ratio = Math.min(3, globalThis.devicePixelRatio || 1);
    const all = lines.filter(({ series }) => series);
    const each = all.map(({ series, ink, side }) => `${series.length} ${series.last} ${ink}${side.down}`);
    const shown = `${from} ${ratio} ${each}`;
    if (shown === this.#shown) return;
    this.#shown = shown;
    const { canvas, context } = this;
    const [w, h] = [Math.round(width * ratio), Math.round(height * ratio)];
    if (canvas.width !== w || canvas.height !== h) [canvas.width, canvas.height] = [w, h];
    context.setTransform(ratio, 0, 0, ratio, 0, 0);
    context.clearRect(0, 0, width, height);
    context.lineJoin = "round";
    const peak = (way) => Math.max(0, ...all.map(({ series, side }) => series.peakOf(side[way], from)));
    const { zero, scale } = frame(peak("down"), peak("up"), height);
    const area = { from, to, width, zero };
    for (const { series, side, ink } of all) {
      const first = Math.max(0, series.at(from) - 1);
      const path = (way, sign, filled) => {
        context.beginPath();
        trace(context, { t: series.t, values: series[side[way]], first }, { ...area, scale: sign * scale }, filled);
      };
      context.strokeStyle = context.fillStyle = ink;
      // Never more than one fill: several would hide each other.
      if (all.length === 1) {
        context.globalAlpha = this.fill;
        path("down", 1, true);
        context.fill();
        context.globalAlpha = 1;
      }
      context.lineWidth = this.lineWidth * 0.88;
      context.setLineDash(this.dash);
      path("up", -1, false);
      context.stroke();
      context.lineWidth = this.lineWidth;
      context.setLineDash([]);
      path("down", 1, false);
      context.stroke();
      if (all.length === 1 && series.length > 0 && to - series.last > LATE)
        this.#hatch(Math.max(0, ((series.last - from) / (to - from)) * width));
    }
  }

  /** From here on nothing is known. */
  #hatch(x) {
    const { context } = this;
    const { width, height } = this.#size;
    context.save();
    context.globalAlpha = 0.3;
    context.lineWidth = 1;
    context.beginPath();
    context.rect(x, 0, width - x, height);
    context.clip();
    context.beginPath();
    for (let at = x - height; at < width; at += 6) {
      context.moveTo(at, height);
      context.lineTo(at + height, 0);
    }
    context.stroke();
    context.restore();
  }

  /** Shows nothing. */
  clear() {
    if (this.#shown === "-") return;
    this.#shown = "-";
    this.context.setTransform(1, 0, 0, 1, 0, 0);
    this.context.clearRect(0, 0, this.canvas.width, this.canvas.height);
  }

  /** The next drawing is done, whatever was drawn: the colours are others now. */
  forget() {
    this.#shown = "";
  }
}
