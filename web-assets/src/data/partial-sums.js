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

/**
 * What a line's link carries, and what is bought, bit/s.
 * @typedef {{linkBps?: number|null, limitDownBps?: number|null, limitUpBps?: number|null}} Limits
 */

/**
 * How full a line is, by its fuller direction: of the package that somebody set for it, else of what its link carries.
 * @param {Limits|null} limits
 * @param {number|null} down bit/s
 * @param {number|null} up
 * @returns {{share: number, bps: number, of: "package"|"link", partial: boolean}|null} `partial`: of one direction it
 *   is not known, and that one may be fuller; null where nothing can be said
 */
export function shareOf(limits, down, up) {
  const bought = limits?.limitDownBps > 0 || limits?.limitUpBps > 0;
  const most = (bps) => (bps > 0 ? bps : null);
  const ways = bought
    ? [
        [down, most(limits.limitDownBps)],
        [up, most(limits.limitUpBps)],
      ]
    : [
        [down, most(limits?.linkBps)],
        [up, most(limits?.linkBps)],
      ];
  const limited = ways.filter(([, bps]) => bps !== null);
  const known = limited.filter(([rate]) => rate !== null && rate !== undefined && !Number.isNaN(rate));
  if (known.length === 0) return null;
  const [rate, bps] = known.reduce((best, one) => (one[0] / one[1] > best[0] / best[1] ? one : best));
  return { share: rate / bps, bps, of: bought ? "package" : "link", partial: known.length < limited.length };
}

/** How a share is to be seen: `full` from 95 %, `hot` over 80 %, else nothing of note. */
export function fullness(share) {
  return share >= 0.95 ? "full" : share > 0.8 ? "hot" : "";
}
