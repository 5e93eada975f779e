// The normal source of data: the event stream. It notices silence by itself, and resumes where it broke off.

import { EventParser } from "./event-parser.js";
/** @import { Problem } from "./types.js" */

/** Nothing within this time after asking, ms: a proxy swallows the stream. The server greets at once. */
export const FIRST_BYTE = 6_000;
/** Silent for this long, ms: dead. The server beats every 5 s. */
export const SILENCE = 12_000;
/**
 * A stream that still brings something this long after its greeting, ms, is proven: no proxy holds it back or cuts it.
 */
export const PROVEN = 4_000;
const FIRST_PAUSE = 500;
/** Viewers whose rights changed together do not come back together: within so long, ms. */
const SPREAD = 2_000;
export const LONGEST_PAUSE = 10_000;

export class EventStream {
  #running = null;
  #retry = null;
  #lastId = null;
  #failures = 0;
  /** The server ended it, and said why. */
  #over = false;

  /**
   * @param {() => string} url
   * @param {{event: (name: string, data: object) => void, proven: () => void, broken: (failures: number, pauseMs:
   *   number) => void, refused?: (problem: Problem) => boolean, ended?: (reason: string) => boolean}} listener
   *   `refused`: the server answers, but with a problem of who asks or for what; true where asking again is of no use,
   *   and the stream stops. `ended`: the server took back the right to it, for this reason; true likewise
   * @param {{fetch: Function, setTimeout: Function, clearTimeout: Function}} world
   */
  constructor(url, listener, world = globalThis) {
    this.url = url;
    this.listener = listener;
    this.world = world;
  }

  start() {
    if (!this.#running && !this.#retry) this.#run();
  }

  stop() {
    this.world.clearTimeout(this.#retry);
    this.#retry = null;
    const running = this.#running;
    this.#running = null;
    running?.abort();
    this.#failures = 0;
  }

  /** Does not wait for the pause to end. */
  tryNow() {
    if (!this.#retry) return;
    this.world.clearTimeout(this.#retry);
    this.#retry = null;
    this.#run();
  }

  async #run() {
    const abort = new AbortController();
    this.#running = abort;
    try {
      await this.#read(abort);
    } catch (error) {
      if (this.#running === abort && error.name !== "AbortError") console.info(`Stream ended: ${error.message}`);
    }
    // Whatever ended it, the connection must not stay: the server would go on counting a viewer.
    abort.abort();
    if (this.#running !== abort) return; // stopped, not broken
    this.#running = null;
    this.#failures++;
    const grown =
      Math.min(LONGEST_PAUSE, FIRST_PAUSE * 2 ** Math.min(this.#failures - 1, 8)) * (0.8 + 0.2 * Math.random());
    const pause = grown + (this.#over ? SPREAD * Math.random() : 0);
    this.#over = false;
    this.#retry = this.world.setTimeout(() => {
      this.#retry = null;
      this.#run();
    }, pause);
    this.listener.broken(this.#failures, pause);
  }

  async #read(abort) {
    const { world } = this;
    let watchdog = world.setTimeout(() => abort.abort(), FIRST_BYTE);
    let seasoning = null;
    let seasoned = false;
    try {
      const headers = this.#lastId ? { "Last-Event-ID": this.#lastId } : {};
      const answer = await world.fetch(this.url(), { signal: abort.signal, headers, cache: "no-store" });
      if (answer.status >= 400 && answer.status < 500 && (await this.#refused(answer, abort))) return;
      if (!answer.ok || !answer.headers.get("Content-Type")?.startsWith("text/event-stream"))
        throw new Error(`status ${answer.status}`);
      const parser = new EventParser();
      const reader = answer.body.pipeThrough(new TextDecoderStream()).getReader();
      for (;;) {
        const { done, value } = await reader.read();
        if (done || this.#running !== abort) return;
        world.clearTimeout(watchdog);
        watchdog = world.setTimeout(() => abort.abort(), SILENCE);
        seasoning ??= world.setTimeout(() => (seasoned = true), PROVEN);
        for (const event of parser.push(value)) this.#take(event);
        if (seasoned) {
          seasoned = false;
          this.#failures = 0;
          this.listener.proven();
        }
      }
    } finally {
      world.clearTimeout(watchdog);
      world.clearTimeout(seasoning);
    }
  }

  async #refused(answer, abort) {
    const problem = await answer.json().catch(() => null);
    if (this.#running !== abort || !problem || !this.listener.refused?.(problem)) return false;
    this.stop();
    return true;
  }

  #take(event) {
    if (event.name === "comment") return;
    const data = JSON.parse(event.data);
    if (event.name === "end") {
      // What comes next is seen with other rights: it does not continue this.
      this.#lastId = null;
      this.#over = true;
      if (this.listener.ended?.(data.reason)) this.stop();
      return;
    }
    if (event.id !== null) this.#lastId = event.id;
    this.listener.event(event.name, data);
  }
}
