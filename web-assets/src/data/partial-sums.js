// Sums and link use where some values may be unknown: what is known, and how much is missing. Does not touch the page.

/**
 * @param {Iterable<number|null|undefined>} values
 * @returns {{known: number|null, unknown: number}} `known` is null where nothing is
 */
export function sumOf(values) {
  let [known, unknown] = [null, 0];
  for (const value of values) {
    if (value === null || value === undefined || Number.isNaN(value)) unknown++;
    else known = (known ?? 0) + value;
  }
  return { known, unknown };
}

/** The highest of what is known; null where nothing is. */
export function mostOf(...values) {
  const known = values.filter((value) => value !== null && value !== undefined && !Number.isNaN(value));
  return known.length === 0 ? null : Math.max(...known);
}

/** 0 to 1, by the fuller direction, since a link carries both; null where that is not known. */
export function linkUse(facts, rx, tx) {
  const most = mostOf(rx, tx);
  return facts?.linkBps > 0 && most !== null ? most / facts.linkBps : null;
}
