// Finds the stretches without data, and remembers why data was missing, as far as this page noticed. Does not touch the
// page.

/** Remembered changes at most. */
const MOST = 400;

/**
 * Why points may be missing while it stands like this: [kind, reason of the router], or [null] when all is well.
 * @param {string} state as the status line says it
 * @param {{offline: boolean, router: {reason?: string}|null}} known
 * @param {boolean} hidden nobody sees the page
 */
export function reasonOf(state, { offline, router }, hidden) {
  if (state === "stopped") return ["stopped"];
  if (hidden) return ["hidden"];
  if (state === "reconnecting") return [offline ? "offline" : "server"];
  if (state === "stale" || state === "unreachable") return ["router", router?.reason ?? null];
  return [null];
}

/** How it stood, with the times from when to when. */
export class GapReasons {
  #entries = [];

  /** It stands like this now; `t` in ms of the server's clock, `kind` null when all is well. */
  note(t, kind, reason = null) {
    const last = this.#entries.at(-1);
    if (last && last.to === null) {
      if (last.kind === kind && last.reason === reason) return;
      last.to = Math.max(last.from, t);
    }
    if (kind === null) return;
    this.#entries.push({ from: t, to: null, kind, reason });
    if (this.#entries.length > MOST) this.#entries.shift();
  }

  /** The clock was moved by `ms`: what is remembered is told by the new one; without `ms` it cannot be. */
  shift(ms) {
    if (ms === null) this.#entries.splice(0);
    for (const entry of this.#entries) {
      entry.from += ms;
      if (entry.to !== null) entry.to += ms;
    }
  }

  /** What explains this stretch best: what lasted longest in it. Null where nothing is known. */
  why(from, to) {
    let best = null;
    let longest = 0;
    for (const entry of this.#entries) {
      const shared = Math.min(to, entry.to ?? Infinity) - Math.max(from, entry.from);
      if (shared > longest) [best, longest] = [entry, shared];
    }
    return best && { kind: best.kind, reason: best.reason };
  }
}

/**
 * Where no interface of the table is known, from `from` to `to` (ms): all of them have a null, not merely no point of
 * their own. Before the first point there is nothing to miss; after the last one it is a gap once `patience` ms are
 * over.
 * @param {(number|null|undefined)[][]} table of the store
 * @param {boolean} earlier there are points before those of the table
 * @returns {{from: number, to: number}[]}
 */
export function gaps(table, from, to, patience, earlier = false) {
  const found = [];
  const times = table[0];
  let known = earlier ? -Infinity : null;
  let broken = false;
  // When each interface was last known; not any more after a null.
  const since = new Array(table.length).fill(-Infinity);
  const add = (start, end) => {
    if (end > from && start < to) found.push({ from: Math.max(start, from), to: Math.min(end, to) });
  };
  for (let row = 0; row < times.length; row++) {
    const t = times[row] * 1000;
    let some = false;
    for (let at = 1; at < table.length; at++) {
      const value = table[at][row];
      if (value === null) since[at] = -Infinity;
      else if (value !== undefined) [since[at], some] = [t, true];
    }
    if (!some) {
      // Where others have points right before and after, one that is missing is no gap.
      broken ||= since.every((last) => t - last > patience);
      continue;
    }
    if (known !== null && broken) add(known, t);
    [known, broken] = [t, false];
  }
  if (known !== null && to - known > patience) add(known, to);
  return found;
}
