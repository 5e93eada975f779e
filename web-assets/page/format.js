// Numbers in words: decimal units, the language's own decimal sign. No page here.

/** Making a formatter is slow, and a list of 2,000 interfaces asks for thousands of figures. */
const FORMATS = new Map();

function digitsOf(number, lang, least, most) {
  const key = `${lang} ${least} ${most}`;
  let format = FORMATS.get(key);
  if (!format) {
    const options = { minimumFractionDigits: least, maximumFractionDigits: most, useGrouping: false };
    FORMATS.set(key, (format = new Intl.NumberFormat(lang === "id" ? "id-ID" : "en-US", options)));
  }
  return format.format(number);
}

const UNITS = [[1e9, "Gb/s"], [1e6, "Mb/s"], [1e3, "Kb/s"], [1, "b/s"]];

/** A speed such as `100.00 Mb/s`; an unknown one is a dash, never 0. */
export function speed(bps, lang, digits = 2) {
  if (bps === null || bps === undefined) return "–";
  // What would be shown as 1000.00 of a unit is 1.00 of the next one.
  const shown = (size) => Math.round((bps / size) * 10 ** digits) / 10 ** digits;
  let at = UNITS.findIndex(([size]) => bps >= size);
  if (at < 0) at = UNITS.length - 1;
  if (at > 0 && shown(UNITS[at][0]) >= 1000) at--;
  const [size, unit] = UNITS[at];
  const fixed = size === 1 ? 0 : digits;
  return `${digitsOf(bps / size, lang, fixed, fixed)} ${unit}`;
}

/** A speed on an axis: no more digits than it needs. */
export function tick(bps, lang) {
  const [size, unit] = UNITS.find(([size]) => bps >= size) ?? UNITS.at(-1);
  return `${digitsOf(bps / size, lang, 0, 2)} ${unit}`;
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
  return dynamic ? dynamic[1] : name;
}
