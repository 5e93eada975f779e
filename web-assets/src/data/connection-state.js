// The state of the connection in one word (live, late, stale and so on), what is wrong, and what can be retried now.
// Does not touch the page.

/** @import { RouterState } from "./types.js" */

const STALE_MS = 5_000;
/** A trouble that passes within this time, ms, is a word in the line: the page need not move for it. */
export const PATIENCE = 2_500;
/** After so many attempts in vain the server is not just restarting: it is away. */
const AWAY_AFTER = 5;

/**
 * What is known of the way from the router to here.
 * @typedef {object} Known
 * @property {boolean} stopped
 * @property {boolean} offline
 * @property {boolean} broken
 * @property {boolean} [polling]
 * @property {boolean} unconfigured
 * @property {RouterState|null} router
 * @property {number|null} ageMs of the newest sample
 * @property {number} intervalMs
 * @property {number} [failures] of the stream, one after the other
 */

/**
 * @param {Known} known
 * @returns {string} loading, live, late, stale, reconnecting, unreachable, no-router or stopped
 */
export function stateOf({ stopped, offline, broken, unconfigured, router, ageMs, intervalMs }) {
  if (stopped) return "stopped";
  if (offline || broken) return "reconnecting";
  if (unconfigured) return "no-router";
  if (!router || router.code === "idle" || router.code === "connecting") return ageMs === null ? "loading" : "late";
  if (router.code === "unreachable" || router.code === "stale") return router.code;
  if (ageMs === null) return "loading";
  if (ageMs > Math.max(STALE_MS, 2.5 * intervalMs)) return "stale";
  return ageMs > 2 * intervalMs ? "late" : "live";
}

/** What does not pass by itself is told at once. */
const LASTING = [
  "offline",
  "unreachable",
  "refused",
  "wrong-credentials",
  "not-permitted",
  "turned-away",
  "tls",
  "certificate",
  "malformed",
];

/**
 * Which trouble is to be explained: a name that has a picture and a sentence. Null where all is well, or where it may
 * be only a moment.
 * @param {string} state
 * @param {Pick<Known, "offline"|"failures"|"router"|"ageMs">} known
 * @param {number} forMs it has been this state for so long
 */
export function troubleOf(state, { offline, failures, router, ageMs }, forMs) {
  let trouble = null;
  if (state === "reconnecting") trouble = offline ? "offline" : failures >= AWAY_AFTER ? "server" : "reconnecting";
  else if (state === "unreachable") trouble = router?.reason ?? "unreachable";
  else if (state === "stale") trouble = router?.reason ?? "stale";
  else if (state === "loading" && ageMs === null) trouble = "connecting";
  return forMs >= PATIENCE || LASTING.includes(trouble) ? trouble : null;
}

/** Who need not be waited for: the server, the router, or nobody. */
export function retryOf(state, { offline }) {
  if (state === "reconnecting") return offline ? null : "server";
  return state === "unreachable" || state === "stale" ? "router" : null;
}
