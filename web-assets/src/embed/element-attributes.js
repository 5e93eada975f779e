// Reads the embedded element's attributes. Whatever they contain, the result is usable. Does not touch the page.

import { listed } from "../data/interface-names.js";

const [SHORTEST, LONGEST] = [30_000, 4 * 3_600_000];
const USUAL = 300_000;
const UNITS = { "": 1_000, s: 1_000, m: 60_000, h: 3_600_000 };
/** More than these are no chart, and have no colours of their own. */
export const MOST = 8;

/** `5m`, `90s`, `1h`, or seconds, in ms; what is none of these is the usual window. */
export function windowOf(text) {
  const found = /^\s*(\d{1,6}(?:\.\d{1,3})?)\s*([smh]?)\s*$/i.exec(text ?? "");
  if (!found) return USUAL;
  const ms = Math.round(Number(found[1]) * UNITS[found[2].toLowerCase()]);
  return ms > 0 ? Math.min(LONGEST, Math.max(SHORTEST, ms)) : USUAL;
}

/** Names with commas between; a comma in a name is written `%2C`, as in the address of the dashboard. */
export function namesOf(text) {
  const trimmed = (text ?? "")
    .split(",")
    .map((name) => name.trim())
    .join(",");
  return [...new Set(listed(trimmed))].slice(0, MOST);
}

/** `id` or `en`: the first of these that names one of them, the part before a region counts; else `id`. */
export function langOf(...texts) {
  for (const text of texts) {
    const code = (text ?? "").trim().toLowerCase().split(/[-_]/)[0];
    if (code === "en") return "en";
    if (code === "id" || code === "in") return "id";
  }
  return "id";
}

/** @typedef {ReturnType<typeof askedOf>} Asked what an element asks for */

/**
 * @param {(name: string) => string|null} attribute
 * @param {string[]} langs the page's language, the browser's
 */
export function askedOf(attribute, langs = []) {
  /** @type {<W extends string>(name: string, allowed: W[]) => W} */
  const word = (name, allowed) => {
    const value = (attribute(name) ?? "").trim().toLowerCase();
    return allowed.find((one) => one === value) ?? allowed[0];
  };
  return {
    router: attribute("router")?.trim() || null,
    names: namesOf(attribute("interface")),
    windowMs: windowOf(attribute("window")),
    lang: langOf(attribute("lang"), ...langs),
    theme: word("theme", ["auto", "light", "dark"]),
    unit: word("unit", ["bit", "byte"]),
    token: attribute("token")?.trim() || null,
  };
}
