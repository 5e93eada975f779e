// Polling, for when a proxy breaks streams: every request has a time limit, and it recovers by itself.

/** @import { Asking } from "./types.js" */

export const INTERVAL = 2_000;
export const REQUEST_LIMIT = 5_000;
export const MOST_FAILURES = 5;
export const PAUSE = 3_000;
/** The longest pause where pauses grow, ms. */
export const LONGEST = 30_000;

/** @template T what an answer brings */
export class Poller {
  #timer = null;
  #abort = null;
  #failures = 0;
  #on = false;
  #recovering = false;

  /**
   * @param {(signal: AbortSignal) => Promise<T>} ask rejects when there is no good answer
   * @param {(answer: T) => void} take
   * @param {(failures: number) => void} failed
   * @param {Pick<Asking, "setTimeout"|"clearTimeout">} clock
   * @param {boolean} growing the pauses grow with the failures, and these are counted on: for what is not the page's
   *   first care
   */
  constructor(ask, take, failed, clock = globalThis, growing = false) {
    this.ask = ask;
    this.take = take;
    this.failed = failed;
    this.clock = clock;
    this.growing = growing;
  }

  get running() {
    return this.#on;
  }

  start() {
    if (this.#on) return;
    this.#on = true;
    this.#failures = 0;
    this.#recovering = false;
    this.#poll();
  }

  stop() {
    this.#on = false;
    this.clock.clearTimeout(this.#timer);
    this.#abort?.abort();
    this.#abort = null;
  }

  async #poll() {
    const abort = new AbortController();
    this.#abort = abort;
    const limit = this.clock.setTimeout(() => abort.abort(), REQUEST_LIMIT);
    let pause = INTERVAL;
    try {
      const answer = await this.ask(abort.signal);
      if (this.#abort !== abort) return;
      this.#failures = 0;
      if (this.#recovering) console.info("Monitoring restarted successfully");
      this.#recovering = false;
      this.take(answer);
    } catch {
      if (this.#abort !== abort) return;
      this.#failures++;
      if (this.growing) pause = Math.min(LONGEST, INTERVAL * 2 ** Math.min(this.#failures - 1, 8));
      else console.info(`Failed attempts: ${this.#failures}/${MOST_FAILURES}`);
      this.failed(this.#failures);
      if (this.#failures >= MOST_FAILURES && !this.growing) {
        // What is drawn stays as it is: nothing is known, which is not zero.
        console.info(`Auto-recovery initiated (${MOST_FAILURES} failures)`);
        this.#failures = 0;
        this.#recovering = true;
        pause = PAUSE;
      }
    } finally {
      this.clock.clearTimeout(limit);
    }
    if (this.#on) this.#timer = this.clock.setTimeout(() => this.#poll(), pause);
  }
}
