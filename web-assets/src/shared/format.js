// Numbers as text: bits or bytes, decimal units, the language's own decimal sign. Does not touch the page.

import { shownName } from "../data/interface-names.js";

// ===== the unit in which the whole page speaks of rates =====

export const UNITS = {
  bit: { bits: 1, names: ["bps", "kbps", "Mbps", "Gbps", "Tbps"] },
  byte: { bits: 8, names: ["B/s", "kB/s", "MB/s", "GB/s", "TB/s"] },
};

/** @typedef {"bit"|"byte"} UnitName */

/** Their names, the usual one first. */
export const UNIT_NAMES = /** @type {UnitName[]} */ (Object.keys(UNITS));

/** @type {UnitName} */
let current = "bit";

/** The unit in use. */
export function unit() {
  return current;
}

/**
 * Everything written from now on is in this unit.
 * @param {UnitName} name
 */
export function useUnit(name) {
  if (name in UNITS) current = name;
}

/** Round steps of this unit, in bit/s: 1, 2, 5 times a power of ten. */
export function steps(name) {
  return STEPS[name];
}
const STEPS = Object.fromEntries(
  Object.entries(UNITS).map(([name, { bits }]) => [
    name,
    Array.from({ length: 14 }, (_, power) => [1, 2, 5].map((part) => bits * part * 10 ** power)).flat(),
  ]),
);

// ===== numbers in words =====

/** Making a formatter is slow, and a list of 2,000 interfaces asks for thousands of figures. */
const FORMATS = new Map();

function digitsOf(number, lang, least, most) {
  const key = `${lang} ${least} ${most}`;
  let format = FORMATS.get(key);
  if (!format) {
    const options = { minimumFractionDigits: least, maximumFractionDigits: most };
    FORMATS.set(key, (format = new Intl.NumberFormat(lang === "id" ? "id-ID" : "en-US", options)));
  }
  return format.format(number);
}

/** A rate (bit/s) such as `100.00 Mbps` or `12.50 MB/s`; an unknown one is a dash, never 0. */
export function speed(bps, lang, digits = 2, name = unit()) {
  if (bps === null || bps === undefined) return "–";
  const { bits, names } = UNITS[name];
  return scaled(bps / bits, names, lang, digits);
}

/**
 * A rate in two parts, for where number and unit stand in columns of their own: `216.9` and `Mbps`, `771` and `kbps`,
 * `1.84` and `Gbps`. An unknown one is a dash without a unit.
 */
export function rateParts(bps, lang, name = unit()) {
  if (bps === null || bps === undefined) return { number: "–", unit: "" };
  const { bits, names } = UNITS[name];
  const value = bps / bits;
  let at = 0;
  const shown = () => Number((value / 1000 ** at).toFixed(PLACES[at]));
  while (at < names.length - 1 && shown() >= 1000) at++;
  return { number: digitsOf(value / 1000 ** at, lang, PLACES[at], PLACES[at]), unit: names[at] };
}
/** Decimals by the size of the unit: what is small needs none, of what is large a tenth is much. */
const PLACES = [0, 0, 1, 2, 2];

/**
 * The one unit of a whole chart or table whose highest figure is `most` (bit/s): operators speak of Mbps, also of
 * thousands of them.
 */
export function commonUnit(most, name = unit()) {
  const { bits, names } = UNITS[name];
  const value = most / bits;
  const at = value >= 1e10 ? 3 : value >= 1e6 ? 2 : value >= 1e3 ? 1 : 0;
  return { name: names[at], bps: bits * 1000 ** at };
}

/** A number with at least and at most so many decimals, in the language's own signs. */
export function number(value, lang, least, most = least) {
  return digitsOf(value, lang, least, most);
}

/** An amount such as `1.25 GB`; decimal, as the rates are. */
export function amount(bytes, lang, digits = 2) {
  if (bytes === null || bytes === undefined) return "–";
  return scaled(bytes, AMOUNTS, lang, digits);
}
const AMOUNTS = ["B", "kB", "MB", "GB", "TB", "PB"];

function scaled(value, names, lang, digits) {
  let at = 0;
  // What would be shown as 1000.00 of a unit is 1.00 of the next one; the first unit has no decimals.
  const shown = () => (at === 0 ? Math.round(value) : Math.round((value / 1000 ** at) * 10 ** digits) / 10 ** digits);
  while (at < names.length - 1 && (value >= 1000 ** (at + 1) || shown() >= 1000)) at++;
  const fixed = at === 0 ? 0 : digits;
  return `${digitsOf(value / 1000 ** at, lang, fixed, fixed)} ${names[at]}`;
}

/** A rate on an axis: no more digits than it needs. */
export function tick(bps, lang, name = unit()) {
  const { bits, names } = UNITS[name];
  const value = bps / bits;
  let at = 0;
  while (at < names.length - 1 && value >= 1000 ** (at + 1)) at++;
  return `${digitsOf(value / 1000 ** at, lang, 0, 2)} ${names[at]}`;
}

/** A stretch of time such as `1:05` or `1:02:05`. */
export function duration(ms) {
  const seconds = Math.max(0, Math.round(ms / 1000));
  const two = (number) => String(number).padStart(2, "0");
  const [hours, minutes] = [Math.floor(seconds / 3600), Math.floor(seconds / 60) % 60];
  return hours > 0 ? `${hours}:${two(minutes)}:${two(seconds % 60)}` : `${minutes}:${two(seconds % 60)}`;
}

/**
 * A stretch of time as people say it: `45 s`, `1 min 2 s`, `2 h 5 min`, `3 days 4 h`.
 * @param {number} ms
 * @param {Record<string, string>} texts
 */
export function spanWords(ms, texts) {
  const seconds = Math.max(0, Math.round(ms / 1000));
  /** @type {[string, number][]} */
  const parts = [
    ["span.d", Math.floor(seconds / 86_400)],
    ["span.h", Math.floor(seconds / 3_600) % 24],
    ["span.m", Math.floor(seconds / 60) % 60],
    ["span.s", seconds % 60],
  ];
  const first = Math.max(
    0,
    parts.findIndex(([, n]) => n > 0),
  );
  const said = seconds === 0 ? parts.slice(-1) : parts.slice(first, first + 2).filter(([, n]) => n > 0);
  return said.map(([key, n]) => fill(texts[key], { n })).join(" ");
}

/** A figure that is at least so much: a part of what it sums up, or the highest of, is not known. */
export function atLeast(text, partial) {
  return partial && text !== "–" ? `≥ ${text}` : text;
}

/** A figure that is about so much: a part of what it is the mean or a rank of is not known. */
export function about(text, partial) {
  return partial && text !== "–" ? `≈ ${text}` : text;
}

/** How old something is, as one says it: 0,8 dtk; 2 mnt 50 dtk; 12 hari. Never longer than two parts. */
export function age(ms, texts, lang) {
  const seconds = Math.floor(ms / 1000);
  if (ms < 10_000) return fill(texts["age.seconds"], { n: tenths(ms / 1000, lang) });
  if (seconds < 60) return fill(texts["age.seconds"], { n: seconds });
  const minutes = Math.floor(seconds / 60);
  if (minutes < 60) return fill(texts["age.minutes"], { n: minutes, s: seconds % 60 });
  const hours = Math.floor(minutes / 60);
  if (hours < 24) return fill(texts["age.hours"], { n: hours, m: minutes % 60 });
  return fill(texts["age.days"], { n: Math.floor(hours / 24) });
}

/** A number with one decimal. */
export function tenths(number, lang) {
  return digitsOf(number, lang, 1, 1);
}

/** Fills `{name}` in a text. */
export function fill(text, values) {
  return text.replace(/\{(\w+)\}/g, (hole, key) => (key in values ? String(values[key]) : hole));
}

/** What people call an interface: of `<pppoe-budi>` the user, budi. */
export function shortName(name) {
  const dynamic = /^<(?:pppoe|l2tp|pptp|sstp|ovpn)-(.+)>$/s.exec(name);
  return shownName(dynamic ? dynamic[1] : name);
}
