// What a gap says of itself: why nothing is known there, and for how long.

import { duration } from "../shared/format.js";
/** @import { Gap, Range, Texts } from "../data/types.js" */
/** @import { Feed } from "../data/live-feed.js" */
/** @import { Reasons } from "../data/gaps.js" */

/**
 * @param {Range} gap
 * @param {Feed} feed knows when the server's clock was moved
 * @param {Reasons} reasons what this page saw
 * @param {Texts} texts
 * @returns {Gap}
 */
export function explained({ from, to }, feed, reasons, texts) {
  const clock = feed.clockIn({ from, to });
  const why = clock ? { kind: clock, reason: null } : reasons.why(from, to);
  const label = texts[`gap.${why?.kind ?? "unknown"}`];
  const more = why?.reason ? (texts[`reason.${why.reason}`] ?? "") : "";
  return { from, to, label, why: `${label} (${duration(to - from)})${more && `. ${more}`}` };
}
