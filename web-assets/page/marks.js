// What stands behind and above the lines: grey bands where nothing is known, with the reason, and the limits of links.

/**
 * A plugin of the chart.
 * @param {() => {gaps: {from: number, to: number, label: string}[], limits: {bps: number, label: string, colour: string}[], colours: object}} seen
 */
export function marks(seen) {
  return {
    hooks: {
      // Before the axes and the lines, so that they stay readable on the bands.
      drawClear: (plot) => within(plot, (pen, ratio) => bands(plot, pen, ratio, seen())),
      draw: (plot) => within(plot, (pen, ratio) => limits(plot, pen, ratio, seen())),
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
  draw(pen, uPlot.pxRatio);
  pen.restore();
}

function bands(plot, pen, ratio, { gaps, colours }) {
  const { top, height } = plot.bbox;
  for (const { from, to, label } of gaps) {
    const left = plot.valToPos(from / 1000, "x", true);
    const width = plot.valToPos(to / 1000, "x", true) - left;
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
    words(pen, ratio, colours, label, left, width, top, height);
  }
}

/** The reason in its band: along it, or upright where it is narrow; left out where it does not fit. */
function words(pen, ratio, { text, font }, label, left, width, top, height) {
  pen.font = `${12 * ratio}px ${font}`;
  pen.fillStyle = text;
  pen.textAlign = "center";
  pen.textBaseline = "middle";
  const long = pen.measureText(label).width + 12 * ratio;
  if (long <= width) {
    pen.fillText(label, left + width / 2, top + 16 * ratio);
  } else if (width >= 16 * ratio && long <= height) {
    pen.translate(left + width / 2, top + height / 2);
    pen.rotate(-Math.PI / 2);
    pen.fillText(label, 0, 0);
    pen.rotate(Math.PI / 2);
    pen.translate(-(left + width / 2), -(top + height / 2));
  }
}

function limits(plot, pen, ratio, { limits: all, colours }) {
  const { left, width, top } = plot.bbox;
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
    pen.font = `600 ${11 * ratio}px ${colours.font}`;
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

/**
 * The links' limits that are worth a line: known, and near to what flows. Several of the same size share one.
 * @param {{name: string, bps: number|null|undefined, most: number}[]} links the most that flows in either direction
 */
export function near(links) {
  const found = new Map();
  for (const { name, bps, most } of links) {
    if (!(bps > 0) || most < bps * NEAR) continue;
    if (!found.has(bps)) found.set(bps, []);
    found.get(bps).push(name);
  }
  return [...found].map(([bps, names]) => ({ bps, names }));
}
/** From this part of the limit on it is near. */
const NEAR = 0.6;
