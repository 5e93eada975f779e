// What each kind of rule asks for: a bound in which units, a direction, a period; and how figures become what the API
// counts in. Does not touch the page.

import { number } from "../shared/format.js";

/** @typedef {"bps"|"percent-of-link"|"percent-of-package"|"bytes"|"per-second"|"percent"|"seconds"} Unit */

/**
 * @typedef {object} RuleKind
 * @property {"line"|"router"|"server"|"any"} of what one alert is about
 * @property {Unit[]} units of its bound; none: it has no bound
 * @property {number} [usual] bound
 * @property {boolean} [direction]
 * @property {boolean} [period]
 * @property {boolean} [event] it only happens, and never clears
 * @property {number} [forSeconds] usual
 * @property {"critical"|"warning"|"info"} severity usual
 * @property {boolean} [behind] other routers may hang behind it
 */

/** @type {Unit[]} */
const TRAFFIC = ["bps", "percent-of-link", "percent-of-package"];
/** @type {Unit[]} */
const PERCENTILE = ["bps", "percent-of-package"];

/** @type {Record<string, RuleKind>} */
export const KINDS = {
  "line-down": { of: "line", units: [], severity: "critical", behind: true },
  "traffic-above": { of: "line", units: TRAFFIC, direction: true, forSeconds: 300, severity: "warning" },
  "traffic-below": { of: "line", units: TRAFFIC, direction: true, forSeconds: 300, severity: "warning" },
  "usage-above": { of: "line", units: ["bytes"], direction: true, period: true, event: true, severity: "warning" },
  "percentile-near": { of: "line", units: PERCENTILE, direction: true, event: true, severity: "warning" },
  "router-unreachable": { of: "router", units: [], forSeconds: 180, severity: "critical" },
  "router-rebooted": { of: "router", units: [], event: true, severity: "info" },
  flapping: { of: "line", units: ["per-second"], usual: 5, severity: "warning" },
  "errors-above": { of: "line", units: ["per-second"], forSeconds: 60, severity: "warning" },
  "drops-above": { of: "line", units: ["per-second"], forSeconds: 60, severity: "warning" },
  "cpu-above": { of: "router", units: ["percent"], usual: 90, forSeconds: 300, severity: "warning" },
  "memory-above": { of: "router", units: ["percent"], usual: 90, forSeconds: 300, severity: "warning" },
  "clock-off": { of: "router", units: ["seconds"], usual: 60, forSeconds: 60, severity: "warning" },
  "disk-low": { of: "server", units: ["percent", "bytes"], usual: 10, forSeconds: 60, severity: "critical" },
  "no-data": { of: "any", units: [], forSeconds: 180, severity: "warning" },
};

export const SEVERITIES = /** @type {const} */ (["critical", "warning", "info"]);
export const DIRECTIONS = /** @type {const} */ (["either", "down", "up", "both"]);

/** What people count a unit in, and how much of the API's own that is. */
const COUNTED = { bps: 1e6, bytes: 1e9 };

/** How the API's figure stands in a field. */
export function shown(value, unit, lang) {
  return value === null || value === undefined ? "" : number(value / (COUNTED[unit] ?? 1), lang, 0, 3);
}

/**
 * What a field says, as the API counts it.
 * @returns {number|null} null for nothing, NaN for what is no figure above 0
 */
export function meant(text, unit, lang) {
  const plain = text.trim();
  if (plain === "") return null;
  const [decimal, group] = lang === "id" ? [",", "."] : [".", ","];
  const grouped = new RegExp(`^\\d{1,3}(\\${group}\\d{3})+(\\${decimal}\\d+)?$`);
  const bare = grouped.test(plain) ? plain.replaceAll(group, "").replace(decimal, ".") : plain.replace(/[.,]/, ".");
  const value = Number(bare) * (COUNTED[unit] ?? 1);
  return value >= 0 ? value : Number.NaN;
}

/** `10 dtk`, `5 mnt`, `2 jam` in a field, as seconds; NaN for what is no time. A figure alone is minutes. */
export function seconds(text) {
  const plain = text.trim().toLowerCase();
  if (plain === "") return null;
  const found = /^(\d+(?:[.,]\d+)?)\s*([a-z]*)$/.exec(plain);
  if (!found) return Number.NaN;
  const unit = found[2] === "" ? 60 : WORDS.find(([words]) => words.includes(found[2]))?.[1];
  return unit === undefined ? Number.NaN : Math.round(Number(found[1].replace(",", ".")) * Number(unit));
}
const WORDS = /** @type {[string[], number][]} */ ([
  [["s", "sec", "d", "dtk", "det", "detik", "second", "seconds"], 1],
  [["m", "min", "mnt", "menit", "minute", "minutes"], 60],
  [["h", "hr", "j", "jam", "hour", "hours"], 3_600],
  [["day", "days", "hari"], 86_400],
]);

/** Whom a rule watches, as a choice's value. */
export function targetValue({ all, wan, router, interface: name, tag } = /** @type {any} */ ({})) {
  if (wan) return "wan";
  if (tag) return `tag:${tag}`;
  if (router) return name ? `line:${router}` : `router:${router}`;
  return all === false ? "" : "all";
}

/** And back. */
export function targetOf(value, name) {
  if (value === "wan") return { wan: true };
  const [kind, of] = [value.slice(0, value.indexOf(":")), value.slice(value.indexOf(":") + 1)];
  if (kind === "tag") return { tag: of };
  if (kind === "router") return { router: of };
  if (kind === "line") return { router: of, interface: name };
  return { all: true };
}
