// The small curve in a list row: the last two minutes, download as a filled solid line above, upload dashed below, in
// one colour and one scale. What is not known since the router went away is hatched.

/** @import { PointSeries } from "../data/point-series.js" */
/** @import { Direction } from "../data/types.js" */

export const SPARK_MS = 120_000;
/** Less than this, bit/s, does not fill the height: silence looks like silence. */
const LEAST = 20_000;
/** Where the zero line lies, in parts of the height: lower, where mostly download flows. */
const [MIDDLE, LOW] = [0.5, 0.72];
/** Between two lines of the hatch, px. */
const HATCH = 5;

/**
 * Draws the line through the points to `pen` (a canvas' context, or what a test puts there). A gap begins anew.
 * @param {CanvasRenderingContext2D} pen
 * @param {{t: Float64Array, values: Float64Array, first: number}} line from its point `first` on; NaN is a gap
 * @param {{from: number, to: number, width: number, zero: number, scale: number, least?: number}} frame times; `zero`
 *   is the height of nothing, px; `scale` px up for each bit/s, negative for down; `least`: so far from zero at least
 * @param {boolean} area each stretch begins and ends at zero
 */
export function trace(pen, { t, values, first }, { from, to, width, zero, scale, least = 0 }, area = false) {
  let x = NaN;
  const end = () => {
    if (area && !Number.isNaN(x)) pen.lineTo(x, zero);
  };
  const up = Math.sign(scale);
  for (let i = first; i < t.length; i++) {
    if (Number.isNaN(values[i])) {
      end();
      x = NaN;
      continue;
    }
    const begins = Number.isNaN(x);
    x = ((t[i] - from) / (to - from)) * width;
    const y = zero - up * Math.max(least, Math.abs(values[i] * scale));
    if (begins) pen.moveTo(x, area ? zero : y);
    if (!begins || area) pen.lineTo(x, y);
  }
  end();
}

/** Where zero is and how many px a bit/s has, so that the highest download and upload both fit. */
export function frame(down, up, height) {
  const zero = Math.round(height * (down >= up ? LOW : MIDDLE)) + 0.5;
  const [above, below] = [zero - 1, height - zero - 1];
  return { zero, scale: Math.min(above / Math.max(LEAST, down), below / Math.max(1, up)) };
}

export class Sparkline {
  #shown = "";

  constructor(canvas, width, height) {
    this.canvas = canvas;
    this.width = width;
    this.height = height;
    this.context = canvas.getContext("2d");
  }

  /** Another size from now on, px. */
  resize(width, height) {
    if (this.width === width && this.height === height) return;
    this.width = width;
    this.height = height;
    this.forget();
  }

  /**
   * @param {PointSeries} series
   * @param {{edge: number, side: Direction, colour: string, ground: {line: string, hatch: string}, away: boolean}} now
   *   `away`: what flows since the last point is not known
   */
  draw(series, { edge, side, colour, ground, away }) {
    const { canvas, context, width, height } = this;
    if (width === 0) return;
    const from = edge - SPARK_MS;
    const first = Math.max(0, series.at(from) - 1);
    const peak = series.peak(from);
    const ratio = Math.min(3, globalThis.devicePixelRatio || 1);
    const look = `${colour} ${side.down} ${ratio} ${away}`;
    // Where nothing flows, each tick looks like the one before.
    const moves = peak > 0 || (away && series.length > 0);
    const shown = moves ? `${edge} ${series.length} ${series.last} ${look}` : `${series.length > first} ${look}`;
    if (shown === this.#shown) return;
    this.#shown = shown;
    if (canvas.width !== Math.round(width * ratio) || canvas.height !== Math.round(height * ratio)) {
      canvas.width = Math.round(width * ratio);
      canvas.height = Math.round(height * ratio);
    }
    context.setTransform(ratio, 0, 0, ratio, 0, 0);
    context.clearRect(0, 0, width, height);
    if (series.length === 0) return;
    const { t } = series;
    const [down, up] = [series[side.down], series[side.up]];
    const { zero, scale } = frame(highest(down, first), highest(up, first), height);
    const above = { from, to: edge, width, zero, scale };
    const below = { ...above, scale: -scale, least: 1.5 };
    context.fillStyle = ground.line;
    context.fillRect(0, zero - 0.5, width, 1);
    if (away) this.#hatch(series, first, above, ground.hatch);
    if (peak === 0) return;
    context.strokeStyle = context.fillStyle = colour;
    context.lineWidth = 1.25;
    context.lineJoin = "round";
    context.beginPath();
    trace(context, { t, values: down, first }, above, true);
    context.globalAlpha = 0.16;
    context.fill();
    context.globalAlpha = 1;
    context.setLineDash([2.5, 2]);
    context.beginPath();
    trace(context, { t, values: up, first }, below);
    context.stroke();
    context.setLineDash([]);
    context.beginPath();
    trace(context, { t, values: down, first }, above);
    context.stroke();
  }

  /** The next drawing is done, whatever was drawn. */
  forget() {
    this.#shown = "";
  }

  #hatch({ t, rx, tx }, first, { from, to, width }, colour) {
    const { context, height } = this;
    let last = t.length - 1;
    while (last >= first && Number.isNaN(rx[last]) && Number.isNaN(tx[last])) last--;
    const begin = last < first ? 0 : Math.max(0, ((t[last] - from) / (to - from)) * width);
    if (begin >= width) return;
    context.save();
    context.beginPath();
    context.rect(begin, 0, width - begin, height);
    context.clip();
    context.strokeStyle = colour;
    context.lineWidth = 1.5;
    context.beginPath();
    // They stand still while the edge moves on: their places are the canvas' own.
    for (let x = -height; x < width; x += HATCH) {
      context.moveTo(x, height);
      context.lineTo(x + height, 0);
    }
    context.stroke();
    context.restore();
  }
}

function highest(values, first) {
  let most = 0;
  for (let i = first; i < values.length; i++) if (values[i] > most) most = values[i];
  return most;
}
