// Describes a gap in words: why nothing is known there, and for how long.

import { duration } from "../shared/format.js";
/** @import { Gap, Range, Texts } from "../data/types.js" */
/** @import { LiveFeed } from "../data/live-feed.js" */
/** @import { GapReasons } from "../data/gaps.js" */

/**
 * @param {Range} gap
 * @param {LiveFeed} feed knows when the server's clock was moved
 * @param {GapReasons} reasons what this page saw
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
