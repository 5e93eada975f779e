// Exports the chart as a picture, with a title, the time range and a legend, in the page's colours.

import { FONT } from "./chart.js";

/**
 * @param {HTMLCanvasElement} chart
 * @param {object} words
 * @param {string} words.title
 * @param {string} words.range
 * @param {string} words.note what solid and dashed mean, and the unit
 * @param {{label: string, colour: string}[]} words.legend
 * @param {{text: string, soft: string, back: string}} colours
 * @param {number} ratio device pixels a CSS pixel
 * @returns {HTMLCanvasElement}
 */
export function picture(chart, { title, range, note, legend }, colours, ratio) {
  const paper = document.createElement("canvas");
  const pen = paper.getContext("2d");
  const [edge, line] = [16, 22];
  const width = chart.width / ratio + 2 * edge;
  pen.font = `13px ${FONT}`;
  const places = lay(
    legend.map(({ label }) => pen.measureText(clip(pen, label, width - 3 * edge - 26)).width + 26 + 18),
    width - 2 * edge,
  );
  const head = 26 + 2 * line + 10;
  const foot = (places.lines + 1) * line + edge;
  paper.width = Math.round(width * ratio);
  paper.height = Math.round((head + foot) * ratio) + chart.height;
  pen.scale(ratio, ratio);
  pen.fillStyle = colours.back;
  pen.fillRect(0, 0, width, head + foot + chart.height / ratio);
  pen.textBaseline = "middle";
  const write = (text, x, y, font, colour) => {
    pen.font = font;
    pen.fillStyle = colour;
    pen.fillText(clip(pen, text, width - edge - x), x, y);
  };
  write(title, edge, 26, `600 17px ${FONT}`, colours.text);
  write(range, edge, 26 + line, `13px ${FONT}`, colours.text);
  write(note, edge, 26 + 2 * line, `13px ${FONT}`, colours.soft);
  pen.drawImage(chart, edge, head, chart.width / ratio, chart.height / ratio);
  const under = head + chart.height / ratio + line / 2 + 6;
  legend.forEach(({ label, colour }, at) => {
    const { x, y } = places.at[at];
    pen.fillStyle = colour;
    pen.fillRect(edge + x, under + y * line - 5, 18, 10);
    write(label, edge + x + 26, under + y * line, `13px ${FONT}`, colours.text);
  });
  return paper;
}

/** Items of these widths in lines of at most `width`. */
export function lay(widths, width) {
  let [x, y] = [0, 0];
  const at = widths.map((wide) => {
    if (x > 0 && x + wide > width) [x, y] = [0, y + 1];
    const here = { x, y };
    x += wide;
    return here;
  });
  return { at, lines: y + 1 };
}

/** As much of a text as fits. */
function clip(pen, text, width) {
  if (pen.measureText(text).width <= width) return text;
  let [low, high] = [0, Math.min(text.length, 400)];
  while (low < high) {
    const middle = (low + high + 1) >> 1;
    if (pen.measureText(`${text.slice(0, middle)}…`).width <= width) low = middle;
    else high = middle - 1;
  }
  return `${text.slice(0, low)}…`;
}

/** Gives a file to the person. */
export function save(blob, name) {
  const link = document.createElement("a");
  link.href = URL.createObjectURL(blob);
  link.download = name;
  link.click();
  // At once it would be gone before the browser took it.
  setTimeout(() => URL.revokeObjectURL(link.href), 60_000);
}
