// The small curve in a list row: the last two minutes, received as a filled solid line, sent dashed, in one colour.

export const SPARK_MS = 120_000;
/** Less than this, bit/s, does not fill the height: silence looks like silence. */
const LEAST = 20_000;

/**
 * Draws the line through the points to `pen` (a canvas' context, or what a test puts there). A gap begins anew.
 * @param {CanvasRenderingContext2D} pen
 * @param {{t: Float64Array, values: Float64Array, first: number}} line from its point `first` on; NaN is a gap
 * @param {{from: number, to: number, top: number, width: number, height: number}} frame times, bit/s, px
 * @param {boolean} area each stretch begins and ends on the floor
 */
export function trace(pen, { t, values, first }, { from, to, top, width, height }, area = false) {
  let x = NaN;
  const end = () => {
    if (area && !Number.isNaN(x)) pen.lineTo(x, height);
  };
  for (let i = first; i < t.length; i++) {
    if (Number.isNaN(values[i])) {
      end();
      x = NaN;
      continue;
    }
    const begins = Number.isNaN(x);
    x = ((t[i] - from) / (to - from)) * width;
    const y = height - 1 - (Math.min(values[i], top) / top) * (height - 3);
    if (begins) pen.moveTo(x, area ? height : y);
    if (!begins || area) pen.lineTo(x, y);
  }
  end();
}

export class Sparkline {
  #shown = "";

  constructor(canvas, width, height) {
    this.canvas = canvas;
    this.width = width;
    this.height = height;
    this.context = canvas.getContext("2d");
  }

  /** @param {import("../data/point-series.js").PointSeries} series */
  draw(series, edge, colour) {
    const { canvas, context, width, height } = this;
    const from = edge - SPARK_MS;
    const first = Math.max(0, series.at(from) - 1);
    const peak = series.peak(from);
    const ratio = Math.min(3, globalThis.devicePixelRatio || 1);
    // Where nothing flows, each tick looks like the one before.
    const shown =
      peak > 0
        ? `${edge} ${series.length} ${series.last} ${colour} ${ratio}`
        : `${series.length > first} ${colour} ${ratio}`;
    if (shown === this.#shown) return;
    this.#shown = shown;
    if (canvas.width !== Math.round(width * ratio)) {
      canvas.width = Math.round(width * ratio);
      canvas.height = Math.round(height * ratio);
    }
    context.setTransform(ratio, 0, 0, ratio, 0, 0);
    context.clearRect(0, 0, width, height);
    context.strokeStyle = context.fillStyle = colour;
    context.lineWidth = 1.5;
    context.lineJoin = "round";
    const frame = { from, to: edge, top: Math.max(LEAST, peak), width, height };
    const { t } = series;
    const paint = (values, dash, area) => {
      context.beginPath();
      trace(context, { t, values, first }, frame, area);
      if (area) context.fill();
      else {
        context.setLineDash(dash);
        context.stroke();
      }
    };
    context.globalAlpha = 0.15;
    paint(series.rx, [], true);
    context.globalAlpha = 1;
    paint(series.tx, [3, 2.5], false);
    paint(series.rx, [], false);
  }

  /** The next drawing is done, whatever was drawn. */
  forget() {
    this.#shown = "";
  }
}
