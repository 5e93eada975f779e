// The unit in which the whole page speaks of rates: bits or bytes a second, both decimal. No page here.

export const UNITS = {
  bit: { bits: 1, names: ["b/s", "Kb/s", "Mb/s", "Gb/s", "Tb/s"] },
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
