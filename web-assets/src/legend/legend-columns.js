// The columns of the legend: what each of them says of a line, in which unit, and by which of them the rows are sorted.
// Does not touch the page.

/**
 * What the legend knows of a line.
 * @typedef {object} Entry
 * @property {string} name
 * @property {string} title what people call it
 * @property {number} at its place in the choice, from 0: its colour and number
 * @property {Figures} down
 * @property {Figures} up
 * @property {number|null} share of its package or link, 0 to 1
 * @property {number} faults errors and drops
 */

/**
 * @typedef {{now: number|null, peak: number|null, average: number|null, p95: number|null, total: number|null,
 *   partial: boolean}} Figures
 */

/** Those with a figure for each direction, in their order. */
export const PAIRS = [
  { id: "now", amount: false },
  { id: "peak", amount: false },
  { id: "average", amount: false },
  { id: "p95", amount: false },
  { id: "total", amount: true },
];

/** What may be sorted by: `peak-down`, `share`, `name`. */
export const SORTS = ["name", ...PAIRS.flatMap(({ id }) => [`${id}-down`, `${id}-up`]), "share", "faults"];

/**
 * The entries in the wanted order; unknown ones last, and equal ones as they were chosen.
 * @param {Entry[]} entries
 * @param {{by: string|null, rising: boolean}} sort
 */
export function sorted(entries, { by, rising }) {
  if (by === null) return entries;
  if (by === "name") {
    const way = rising ? 1 : -1;
    return entries.toSorted((a, b) => way * a.title.localeCompare(b.title, undefined, { numeric: true }));
  }
  const [column, way] = by.split("-");
  const value = (entry) => (way ? entry[way][column] : entry[by]);
  return entries.toSorted((a, b) => {
    const [one, other] = [value(a), value(b)];
    if (one === null || other === null) return Number(one === null) - Number(other === null) || a.at - b.at;
    return (rising ? one - other : other - one) || a.at - b.at;
  });
}

/** The next order when a head is pressed: the largest first, the smallest first, as chosen. Names begin with A. */
export function pressed({ by, rising }, head) {
  const first = head === "name";
  if (by !== head) return { by: head, rising: first };
  return rising === first ? { by, rising: !first } : { by: null, rising: false };
}

/** What is remembered of an order, and back; nonsense is none. */
export function written({ by, rising }) {
  return by === null ? "" : `${by} ${rising ? "rising" : "falling"}`;
}
export function read(text) {
  const [by, way] = (text ?? "").split(" ");
  return SORTS.includes(by) ? { by, rising: way === "rising" } : { by: null, rising: false };
}
