// The visible points as CSV for spreadsheets, and as rows for the table on the page. Does not touch the page.

import { place } from "./curves.js";

const two = (number, size = 2) => String(number).padStart(size, "0");

/** A moment as ISO 8601 with its zone: `2026-11-23T10:04:05.678+07:00`. `offset` in minutes east of UTC. */
export function iso(t, offset = -new Date(t).getTimezoneOffset()) {
  const local = new Date(t + offset * 60_000).toISOString().slice(0, -1);
  const size = Math.abs(offset);
  return `${local}${offset < 0 ? "-" : "+"}${two(Math.floor(size / 60))}:${two(size % 60)}`;
}

/** The local time as spreadsheets read it: `2026-11-23 10:04:05`. */
export function local(t, offset = -new Date(t).getTimezoneOffset()) {
  return new Date(t + offset * 60_000).toISOString().slice(0, 19).replace("T", " ");
}

/** A name as one cell. A spreadsheet would run one that begins like a formula: an apostrophe makes it a text. */
export function cell(name) {
  const text = /^[=+\-@\t\r]/.test(name) ? `'${name}` : name;
  return `"${text.replaceAll('"', '""')}"`;
}

/**
 * The rows from `from` to `to` (ms) of a table of the store: `{t, rates, low, high}` with rates in bit/s, null where
 * not known, and the factors between which the truth lies, null where they are not. Rows in which nothing is known (the
 * marks of gaps) are left out.
 * @param {import("../data/types.js").Table} table
 * @param {number} from
 * @param {number} to
 * @param {import("../data/types.js").Factors} factors
 */
export function rows(table, from, to, factors = { low: [], high: [] }) {
  const times = table[0];
  const found = [];
  for (let row = place(times, from / 1000); row < times.length && times[row] * 1000 <= to; row++) {
    const rates = table.slice(1).map((column) => column[row] ?? null);
    const [low, high] = [factors.low[row], factors.high[row]].map((factor) => (factor > 0 ? factor : null));
    if (rates.some((rate) => rate !== null)) found.push({ t: Math.round(times[row] * 1000), rates, low, high });
  }
  return found;
}

/**
 * How the file is written: for programs with commas and points, as RFC 4180 has it; for spreadsheets as the language
 * has its numbers, with the separator in the first line where it is not the comma.
 * @typedef {{separator: string, decimal: string}} Dialect
 * @type {Dialect}
 */
export const PLAIN = { separator: ",", decimal: "." };
/** @type {Record<string, Dialect>} */
const DIALECTS = { id: { separator: ";", decimal: "," } };

/** The spreadsheet's dialect of a language. */
export function dialectOf(lang) {
  return DIALECTS[lang] ?? PLAIN;
}

/**
 * UTF-8 with a byte order mark: without it Excel takes names for another code page's. Download and upload are those of
 * each line's own point of view; in brackets which direction of the router that is. Where the server told how sure it
 * is, the last two columns are factors: the truth of each rate in the row lies between rate * low and rate * high.
 * @param {{name: string, down: "rx"|"tx", up: "rx"|"tx"}[]} lines
 * @param {import("../data/types.js").Table} table
 * @param {number} from ms
 * @param {number} to ms
 * @param {number|undefined} offset minutes east of UTC
 * @param {import("../data/types.js").Factors} [factors]
 * @param {Dialect} [dialect]
 */
export function csv(lines, table, from, to, offset, factors, { separator, decimal } = PLAIN) {
  const all = rows(table, from, to, factors);
  const edges = all.some(({ low, high }) => low !== null || high !== null) ? ["low", "high"] : [];
  const head = [
    "time",
    "local_time",
    ...lines.flatMap(({ name, down, up }) => [
      cell(`${name} download ${down.toUpperCase()} (bit/s)`),
      cell(`${name} upload ${up.toUpperCase()} (bit/s)`),
    ]),
    ...edges,
  ];
  const written = all.map((row) => {
    const bits = row.rates.map((rate) => (rate === null ? "" : Math.round(rate)));
    const factors = edges.map((edge) =>
      row[edge] === null ? "" : String(Number(row[edge].toFixed(4))).replace(".", decimal),
    );
    return [iso(row.t, offset), local(row.t, offset), ...bits, ...factors].join(separator);
  });
  const said = separator === "," ? [] : [`sep=${separator}`];
  return `\ufeff${[...said, head.join(separator), ...written].join("\r\n")}\r\n`;
}

/** A file's name: `lalin_kantor_ether1_20261123-100405.csv`. */
export function fileName(router, names, t, ending, offset) {
  const clean = (text) =>
    text
      .replace(/[^\p{L}\p{N}._-]+/gu, "-")
      .replace(/^[-.]+|[-.]+$/g, "")
      .slice(0, 40);
  const what = names.length === 1 ? clean(names[0]) : `${names.length}-interface`;
  return (
    ["lalin", clean(router), what, local(t, offset).replaceAll(/[-:]/g, "").replace(" ", "-")]
      .filter(Boolean)
      .join("_") + `.${ending}`
  );
}
