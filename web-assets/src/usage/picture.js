// Small pictures of the past as SVG: bars by day, and the hours of a week. They are drawn once for each answer.

import { element } from "../shared/elements.js";

const NS = "http://www.w3.org/2000/svg";

/**
 * @param {string} tag
 * @param {Record<string, string|number>} attributes
 * @param {string} text
 */
export function svg(tag, attributes = {}, text = "") {
  const made = document.createElementNS(NS, tag);
  for (const [name, value] of Object.entries(attributes)) made.setAttribute(name, String(value));
  if (text) made.textContent = text;
  return made;
}

/** Lines across, for what is measured as an upload: seen without colour too. */
export function hatch(id) {
  const pattern = svg("pattern", {
    id,
    width: 5,
    height: 5,
    patternUnits: "userSpaceOnUse",
    patternTransform: "rotate(45)",
  });
  pattern.append(svg("line", { x1: 0, y1: 0, x2: 0, y2: 5, class: `${id}-line`, "stroke-width": 3 }));
  const defs = svg("defs");
  defs.append(pattern);
  return defs;
}

/** A step of 1, 2 or 5 times a power of ten, so that a scale up to `most` has at most `count` of them. */
export function roundStep(most, count) {
  if (!(most > 0)) return 1;
  const raw = most / count;
  const power = 10 ** Math.floor(Math.log10(raw));
  return [1, 2, 5, 10].map((part) => part * power).find((step) => step >= raw * (1 - 1e-9));
}

/**
 * A table of texts with a head.
 * @param {string} kind its class
 * @param {string[]} heads
 * @param {string[][]} rows
 * @param {boolean} named whether the first cell of a row is its head
 */
export function textTable(kind, heads, rows, named) {
  const table = element("table", kind);
  const head = element("tr");
  for (const text of heads) {
    const cell = element("th", "", text);
    cell.scope = "col";
    head.append(cell);
  }
  const top = element("thead");
  top.append(head);
  const body = element("tbody");
  for (const row of rows) {
    const line = element("tr");
    row.forEach((text, at) => {
      const isHead = named && at === 0;
      const cell = element(isHead ? "th" : "td", "", text);
      if (isHead) /** @type {HTMLTableCellElement} */ (cell).scope = "row";
      line.append(cell);
    });
    body.append(line);
  }
  table.append(top, body);
  return table;
}

/**
 * The same as a table, for who does not see a picture.
 * @param {string} caption
 * @param {string[]} heads
 * @param {string[][]} rows
 */
export function hiddenTable(caption, heads, rows) {
  // In a box: a table is as wide as its words, whatever is said of it.
  const root = element("div", "hidden");
  const table = textTable("", heads, rows, true);
  table.prepend(element("caption", "", caption));
  root.append(table);
  return root;
}
