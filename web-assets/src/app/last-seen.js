// What the dashboard showed last, kept on this device for the one page that is there without the server: it says how
// old it is. Nobody else reads it.

import { forget, recall, remember } from "../shared/preferences.js";

/** Written this often at most, ms: it is for minutes and hours later. */
const EVERY = 20_000;
/** More lines than this nobody reads there. */
const MOST = 8;

/** @typedef {{name: string, down: number|null, up: number|null}} SeenLine bit/s */

/**
 * Keeps what is seen, once in a while.
 * @returns {(seen: () => {at: number, router: string, lines: SeenLine[]}) => void}
 */
export function lastSeenKeeper(clock = () => performance.now()) {
  let kept = -Infinity;
  return (seen) => {
    if (clock() - kept < EVERY) return;
    kept = clock();
    const { at, router, lines } = seen();
    remember("last", JSON.stringify({ at, router, lines: lines.slice(0, MOST) }));
  };
}

/** @returns {{at: number, router: string, lines: SeenLine[]}|null} what was shown last; null where nothing was */
export function lastSeen() {
  try {
    const seen = JSON.parse(recall("last") ?? "null");
    return Number.isFinite(seen?.at) && Array.isArray(seen.lines) ? seen : null;
  } catch {
    return null; // somebody else wrote it
  }
}

/** Whoever logs out leaves nothing behind. */
export const forgetLastSeen = () => forget("last");
