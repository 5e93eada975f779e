// What the table of used bytes shows: one row a line, by the line's own point of view; sorted and searched. Does not
// touch the page.

import { direction } from "../interfaces/direction.js";
import { shortName } from "../shared/format.js";

/**
 * @typedef {object} Totals one period of the API's usage
 * @property {string} from
 * @property {string} to
 * @property {number} rxBytes
 * @property {number} txBytes
 * @property {number} rxMaxBps
 * @property {number} txMaxBps
 * @property {number} coverage
 * @property {number} measuredSeconds
 * @property {number} seconds
 * @property {number} resets
 */
/**
 * @typedef {object} UsageRow
 * @property {string} name
 * @property {string} label what people call it
 * @property {string} note its comment
 * @property {"customer"|"network"} view
 * @property {number} down bytes
 * @property {number} up bytes
 * @property {number} total bytes
 * @property {number|null} downP95 bit/s
 * @property {number|null} upP95 bit/s
 * @property {number|null} coverage 0 to 1, of the time that has passed
 */

export const SORTS = ["name", "down", "up", "total", "downP95", "upP95", "coverage"];

/**
 * A line that is not there any more has no facts: what dialled in was a customer's.
 * @param {string} name
 * @param {{pointOfView?: string}|undefined} facts
 */
export function lineDirection(name, facts) {
  return direction(name, facts ?? (/^<(?:pppoe|l2tp|pptp|sstp|ovpn)-/.test(name) ? { pointOfView: "customer" } : {}));
}

/** Several periods of a line in one. */
export function sum(periods) {
  const whole = { rxBytes: 0, txBytes: 0, rxMaxBps: 0, txMaxBps: 0, measuredSeconds: 0, seconds: 0, resets: 0 };
  for (const period of periods) {
    for (const key of ["rxBytes", "txBytes", "measuredSeconds", "seconds", "resets"]) whole[key] += period[key];
    for (const key of ["rxMaxBps", "txMaxBps"]) whole[key] = Math.max(whole[key], period[key]);
  }
  return whole;
}

/**
 * @param {{interface: string, periods: Totals[]}[]} usage
 * @param {{interface: string, rxBps: number|null, txBps: number|null}[]} percentiles
 * @param {Map<string, {pointOfView?: string, comment?: string, alias?: string}>} facts by name
 * @param {number} passed how many seconds of the span have passed
 * @returns {UsageRow[]}
 */
export function usageRows(usage, percentiles, facts, passed) {
  const p95 = new Map(percentiles.map((one) => [one.interface, one]));
  return usage.map(({ interface: name, periods }) => {
    const totals = sum(periods);
    const fact = facts.get(name);
    const { down, up, view } = lineDirection(name, fact);
    const rank = p95.get(name);
    return {
      name,
      label: fact?.alias || shortName(name),
      note: fact?.comment ?? "",
      view,
      down: totals[`${down}Bytes`],
      up: totals[`${up}Bytes`],
      total: totals.rxBytes + totals.txBytes,
      downP95: rank?.[`${down}Bps`] ?? null,
      upP95: rank?.[`${up}Bps`] ?? null,
      coverage: passed > 0 ? Math.min(1, totals.measuredSeconds / passed) : null,
    };
  });
}

/**
 * Those that fit the search, in order; the unknown comes last, whichever way round.
 * @param {UsageRow[]} rows
 * @param {string} search
 * @param {string} by
 * @param {boolean} falling
 * @param {string} lang
 */
export function ordered(rows, search, by, falling, lang) {
  const wanted = search.trim().toLocaleLowerCase(lang);
  const fits = ({ label, name, note }) =>
    [label, name, note].some((text) => text.toLocaleLowerCase(lang).includes(wanted));
  const collator = new Intl.Collator(lang, { numeric: true, sensitivity: "base" });
  const names = (one, other) => collator.compare(one.label, other.label) || collator.compare(one.name, other.name);
  const figures = (one, other) => {
    if (one[by] === null || other[by] === null) return Number(one[by] === null) - Number(other[by] === null);
    return falling ? other[by] - one[by] : one[by] - other[by];
  };
  const compare = by === "name" ? (one, other) => (falling ? -names(one, other) : names(one, other)) : figures;
  return rows
    .filter((row) => wanted === "" || fits(row))
    .sort((one, other) => compare(one, other) || names(one, other));
}

/**
 * Hour of the week by hour: the average rate of each, Monday first; null where nothing was measured.
 * @param {Totals[]} hours
 * @param {"rx"|"tx"} side
 * @param {(ms: number) => {weekday: number, hour: number}} place 0 is Monday
 * @returns {(number|null)[][]} bit/s, 7 rows of 24
 */
export function weekMap(hours, side, place) {
  const sums = Array.from({ length: 7 }, () => Array.from({ length: 24 }, () => [0, 0]));
  for (const period of hours) {
    const { weekday, hour } = place(Date.parse(period.from));
    const cell = sums[weekday][hour];
    cell[0] += period[`${side}Bytes`] * 8;
    cell[1] += period.measuredSeconds;
  }
  return sums.map((row) => row.map(([bits, seconds]) => (seconds > 0 ? bits / seconds : null)));
}
