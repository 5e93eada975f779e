// Fetches the older past of the chosen interfaces when it is needed, once, and merges it into the store. Does not touch
// the page.

import { moved } from "./interface-names.js";
/** @import { PastWindow as Stretch } from "./types.js" */

/** One question takes this long at most, ms. */
const LIMIT = 8_000;
/** Waits between failures, ms. */
const PAUSES = [2_000, 5_000, 15_000, 30_000];
/** What the stream brings by itself, ms, less some room: a shorter stretch needs no question. */
const STREAMED = 100_000;
/** Asked for beyond what is seen, so that a line enters from the left edge, ms. */
const MARGIN = 10_000;

export class RecentPast {
  /** From when on each interface's past was asked for, ms. */
  #since = new Map();
  /** From when on points may be missing: the page was away, ms. */
  #hole = null;
  #asking = null;
  #failures = 0;
  #notBefore = 0;
  #missing = false;

  /**
   * @param {object} page
   * @param {(names: string[], seconds: number, signal: AbortSignal) => Promise<Response>} page.ask
   * @param {(window: Stretch) => void} page.took throws where it cannot be used: it is asked for again
   * @param {() => number|null|undefined} [page.reach] how far back the server can be asked, ms: more of it would refuse
   * @param {() => number} [page.now] ms, of any clock that goes on
   */
  constructor({ ask, took, reach = () => null, now = () => performance.now() }) {
    this.reach = reach;
    this.ask = ask;
    this.took = took;
    this.now = now;
  }

  /**
   * The page came back, or the stream began anew: since `t` (ms) points may be missing. Another server may know less
   * or more, and may know the question.
   */
  returned(t) {
    this.#hole ??= t;
    this.#missing = false;
    this.#notBefore = 0;
  }

  /** Another clock, another store: nothing was asked yet, and what is under way is of the old one. */
  forget() {
    this.stop();
    this.#since.clear();
    this.#hole = null;
  }

  /** These are called otherwise now; what is under way is told by the old names. */
  rename(names) {
    this.#since = moved(this.#since, names);
    this.stop();
  }

  /**
   * These names are looked at, from `from` to `edge` (ms); `known(name)` is the oldest point there is. Cheap to call.
   */
  want(names, from, edge, known) {
    // Of what is no longer looked at the past is forgotten.
    for (const name of this.#since.keys()) if (!names.includes(name)) this.#since.delete(name);
    if (this.#missing || this.now() < this.#notBefore) return;
    const hole = this.#hole !== null && edge - this.#hole > STREAMED ? this.#hole : null;
    if (hole === null && this.#hole !== null && edge > this.#hole) this.#hole = null;
    const wanted = names.filter(
      (name) => hole !== null || !(Math.min(this.#since.get(name) ?? Infinity, known(name) ?? Infinity) <= from),
    );
    if (this.#asking) {
      // What is under way answers this as well, unless more is wanted by now.
      if (this.#asking.covers(wanted, from)) return;
      this.#asking.abort.abort();
      this.#asking = null;
    }
    if (wanted.length === 0) return;
    this.#fetch(wanted, Math.min(from, hole ?? Infinity), edge, hole);
  }

  /** Stops fetching: the page is no longer watched. */
  stop() {
    this.#asking?.abort.abort();
    this.#asking = null;
  }

  /** What is asked for, s: never more than the server accepts. */
  #seconds(ms) {
    const wanted = Math.ceil((ms + MARGIN) / 1000);
    const reach = this.reach();
    return reach ? Math.min(wanted, Math.floor(reach / 1000)) : wanted;
  }

  async #fetch(names, from, edge, hole) {
    const abort = new AbortController();
    const covers = (wanted, since) => since >= from && wanted.every((name) => names.includes(name));
    const asking = (this.#asking = { abort, covers });
    const late = setTimeout(() => abort.abort(), LIMIT);
    try {
      const answer = await this.ask(names, this.#seconds(edge - from), abort.signal);
      const body = await answer.json();
      if (this.#asking !== asking) return;
      // No such path: an older server. Any other refusal may pass.
      if (answer.status === 404 && body.code === "not-found") this.#missing = true;
      if (!answer.ok) throw new Error(`answered ${answer.status}`);
      if (Array.isArray(body.t) && body.t.length > 0) this.took(body);
      for (const name of names) this.#since.set(name, Math.min(from, this.#since.get(name) ?? Infinity));
      if (hole !== null) this.#hole = null;
      this.#failures = 0;
    } catch {
      // Quietly: the chart shows what there is, and it is tried again.
      if (this.#asking === asking) this.#notBefore = this.now() + PAUSES[Math.min(this.#failures++, PAUSES.length - 1)];
    } finally {
      clearTimeout(late);
      if (this.#asking === asking) this.#asking = null;
    }
  }
}
