// Describes a gap in words: why nothing is known there, and for how long. What the server tells comes first: it knows
// also what was before this page was opened.

import { spanWords } from "../shared/format.js";
import { causeName, causeOfReason } from "../trouble/causes.js";
/** @import { Gap, Range, Texts } from "../data/types.js" */
/** @import { LiveFeed } from "../data/live-feed.js" */
/** @import { GapReasons } from "../data/gaps.js" */

/** A gap that ends so near to now goes on, ms. */
const NEAR = 1_500;

/**
 * @param {Range} gap
 * @param {LiveFeed} feed knows what the server tells, and when its clock was moved
 * @param {GapReasons} reasons what this page saw
 * @param {Texts} texts
 * @param {(t: number) => string} clock writes a time (ms)
 * @returns {Gap}
 */
export function explained({ from, to }, feed, reasons, texts, clock) {
  const told = feed.gaps.why({ from, to });
  const moved = feed.clockIn({ from, to });
  const seen = reasons.why(from, to);
  const began = told?.from ?? from;
  const goesOn = to >= feed.edge() - NEAR && (told === null || told.to === null);
  const time = goesOn ? fill(texts["gap.since"], clock(began)) : spanWords((told?.to ?? to) - began, texts);
  const [kind, label, more] = cause(told, moved, seen, texts);
  return { from, to, kind, label, time, why: `${label} (${time})${more && `. ${more}`}` };
}

/** @returns {[string, string, string]} its kind, its name, and a sentence where there is more to say */
function cause(told, moved, seen, texts) {
  if (told?.reason === "unreachable") return router(told.cause, texts);
  if (told?.reason === "clock" && moved) return [moved, texts[`gap.${moved}`], ""];
  if (told) return [told.reason, texts[`gap.${told.reason}`] ?? texts["gap.unknown"], ""];
  if (moved) return [moved, texts[`gap.${moved}`], ""];
  if (seen?.kind === "router") return router(seen.reason, texts);
  const kind = seen?.kind ?? "unknown";
  return [kind, texts[`gap.${kind}`], ""];
}

/** @returns {[string, string, string]} */
function router(reason, texts) {
  const name = reason ? causeName(causeOfReason(reason), texts) : texts["gap.router"];
  return ["router", name.slice(0, 1).toLowerCase() + name.slice(1), reason ? (texts[`reason.${reason}`] ?? "") : ""];
}

function fill(text, time) {
  return text.replace("{time}", time);
}
