// The normal way of data: the event stream, with a watchdog of its own, resumed where it broke.

import { EventParser } from "./sse.js";

/** Nothing within this time after asking, ms: a proxy swallows the stream. The server greets at once. */
const FIRST_BYTE = 6_000;
/** Silent for this long, ms: dead. The server beats every 5 s. */
const SILENCE = 12_000;
const FIRST_PAUSE = 500;
const LONGEST_PAUSE = 10_000;

export class Stream {
  #running = null;
  #retry = null;
  #lastId = null;
  #greeted = false;
  failures = 0;

  /**
   * @param {(query: {lastId: string|null}) => string} url
   * @param {{event: (name: string, data: object) => void, broken: (failures: number, pauseMs: number) => void}} listener
   */
  constructor(url, listener) {
    this.url = url;
    this.listener = listener;
  }

  start() {
    if (!this.#running && !this.#retry) this.#run();
  }

  stop() {
    clearTimeout(this.#retry);
    this.#retry = null;
    this.#running?.abort();
    this.#running = null;
    this.failures = 0;
  }

  /** Does not wait for the pause to end. */
  tryNow() {
    if (!this.#retry) return;
    clearTimeout(this.#retry);
    this.#retry = null;
    this.#run();
  }

  async #run() {
    const abort = new AbortController();
    this.#running = abort;
    this.#greeted = false;
    let watchdog = setTimeout(() => abort.abort(), FIRST_BYTE);
    const alive = () => {
      clearTimeout(watchdog);
      watchdog = setTimeout(() => abort.abort(), SILENCE);
    };
    try {
      const headers = this.#lastId ? { "Last-Event-ID": this.#lastId } : {};
      const answer = await fetch(this.url(), { signal: abort.signal, headers, cache: "no-store" });
      if (!answer.ok || !answer.headers.get("Content-Type")?.startsWith("text/event-stream")) throw new Error(`status ${answer.status}`);
      const parser = new EventParser();
      const reader = answer.body.pipeThrough(new TextDecoderStream()).getReader();
      for (;;) {
        const { done, value } = await reader.read();
        if (done) break;
        alive();
        for (const event of parser.push(value)) this.#take(event);
      }
    } catch (error) {
      if (this.#running === abort && error.name !== "AbortError" && this.#greeted) console.info(`Stream ended: ${error.message}`);
    }
    clearTimeout(watchdog);
    if (this.#running !== abort) return; // stopped, not broken
    this.#running = null;
    this.failures++;
    const pause = Math.min(LONGEST_PAUSE, FIRST_PAUSE * 2 ** Math.min(this.failures - 1, 8)) * (0.8 + 0.2 * Math.random());
    this.#retry = setTimeout(() => {
      this.#retry = null;
      this.#run();
    }, pause);
    this.listener.broken(this.failures, pause);
  }

  #take(event) {
    if (event.name === "comment") return;
    if (event.id !== null) this.#lastId = event.id;
    this.#greeted = true;
    this.failures = 0;
    this.listener.event(event.name, JSON.parse(event.data));
  }
}
