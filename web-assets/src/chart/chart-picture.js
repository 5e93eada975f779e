// Exports the chart as a picture, with a title, the time range and the legend with its figures, in the page's colours.

const FONT = '-apple-system, "Segoe UI", Roboto, "Noto Sans", "Liberation Sans", Arial, sans-serif';

/**
 * @param {HTMLCanvasElement} chart
 * @param {object} words
 * @param {string} words.title
 * @param {string} words.range
 * @param {string} words.note what solid and dashed mean, and the unit
 * @param {string[]} words.heads of the legend's columns, the first of its names
 * @param {{colour: string, cells: string[]}[]} words.legend a row for each line
 * @param {{text: string, soft: string, back: string}} colours
 * @param {number} ratio device pixels a CSS pixel
 * @returns {HTMLCanvasElement}
 */
export function picture(chart, { title, range, note, heads, legend }, colours, ratio) {
  const paper = document.createElement("canvas");
  const pen = paper.getContext("2d");
  const [edge, line] = [16, 22];
  const [plain, bold] = [`13px ${FONT}`, `600 13px ${FONT}`];
  const width = chart.width / ratio + 2 * edge;
  pen.font = bold;
  const all = [heads, ...legend.map(({ cells }) => cells)];
  const widths = heads.map((_, column) => Math.max(...all.map((cells) => pen.measureText(cells[column]).width)));
  const columns = fitting(widths.slice(1), width - 2 * edge - 26 - Math.min(widths[0], 160));
  const head = 26 + 2 * line + 10;
  const foot = (legend.length + 1) * line + 2 * edge;
  paper.width = Math.round(width * ratio);
  paper.height = Math.round((head + foot) * ratio) + chart.height;
  pen.scale(ratio, ratio);
  pen.fillStyle = colours.back;
  pen.fillRect(0, 0, width, head + foot + chart.height / ratio);
  pen.textBaseline = "middle";
  const write = (text, x, y, font, colour, most = width - edge - x) => {
    pen.font = font;
    pen.fillStyle = colour;
    pen.fillText(clip(pen, text, most), x, y);
  };
  write(title, edge, 26, `600 17px ${FONT}`, colours.text);
  write(range, edge, 26 + line, plain, colours.text);
  write(note, edge, 26 + 2 * line, plain, colours.soft);
  pen.drawImage(chart, edge, head, chart.width / ratio, chart.height / ratio);
  const top = head + chart.height / ratio + edge;
  all.forEach((cells, row) => {
    const y = top + row * line + line / 2;
    const first = row === 0;
    if (!first) {
      pen.fillStyle = legend[row - 1].colour;
      pen.fillRect(edge, y - 5, 18, 10);
    }
    const shown = columns.reduce((sum, wide) => sum + wide + GAP, 0);
    write(
      cells[0],
      edge + 26,
      y,
      first ? plain : bold,
      first ? colours.soft : colours.text,
      width - 2 * edge - 26 - shown,
    );
    let x = width - edge;
    for (let column = columns.length; column > 0; column--) {
      pen.textAlign = "right";
      write(cells[column], x, y, plain, first ? colours.soft : colours.text, Infinity);
      pen.textAlign = "left";
      x -= columns[column - 1] + GAP;
    }
  });
  return paper;
}
/** Between two columns, px. */
const GAP = 18;

/** As many of the columns as fit beside each other, from the first on. */
export function fitting(widths, room) {
  let sum = 0;
  return widths.filter((wide) => (sum += wide + GAP) <= room);
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
