// The status line that is always visible: the state in a word, the age of the data, and the next retry. Lasting
// troubles are explained below it by the trouble panel; short ones get their sentence here.

import { put } from "../shared/elements.js";
import { fill, tenths } from "../shared/format.js";
import { turn } from "../shared/signs.js";
import { retryOf } from "../data/connection-state.js";

/** The shape of each state: told apart without colour. */
const SIGNS = {
  loading: "s-unk",
  live: "s-up",
  late: "s-late",
  stale: "s-late",
  reconnecting: "s-unk",
  unreachable: "s-bad",
  "no-router": "s-unk",
  stopped: "s-off",
};

export class StatusLine {
  #shown = "";

  /**
   * @param {HTMLElement} root
   * @param {HTMLElement} retry the button beside it that does not wait for the next attempt
   * @param {Record<string, string>} texts
   * @param {string} lang
   */
  constructor(root, retry, texts, lang) {
    this.retry = retry;
    this.texts = texts;
    this.lang = lang;
    this.root = root;
    this.part = (name) => root.querySelector(`#${name}`);
  }

  /** @param {boolean} explained there is more to read below */
  show(state, known, explained) {
    const { texts } = this;
    const reason = known.router?.reason ?? "";
    const why = this.#why(state, known, explained);
    const age = ["live", "late", "stale", "unreachable", "reconnecting"].includes(state) ? this.#age(known.ageMs) : "";
    const retry = retryOf(state, known) === "server";
    const shown = JSON.stringify([state, reason, why, age, retry]);
    if (shown === this.#shown) return;
    this.#shown = shown;
    this.root.dataset.state = state;
    this.root.dataset.reason = state === "unreachable" || state === "stale" ? reason : "";
    put(this.part("state-word"), texts[`state.${state}`]);
    put(this.part("state-age"), age);
    put(this.part("state-why"), why);
    this.retry.hidden = !retry;
    turn(this.part("state-sign"), SIGNS[state]);
  }

  #age(ms) {
    if (ms === null) return "";
    const seconds = ms / 1000;
    if (seconds < 10) return fill(this.texts["age.seconds"], { n: tenths(seconds, this.lang) });
    if (seconds < 120) return fill(this.texts["age.seconds"], { n: Math.round(seconds) });
    return fill(this.texts["age.minutes"], { n: Math.round(seconds / 60) });
  }

  #why(state, known, explained) {
    const { texts } = this;
    if (state === "reconnecting") {
      if (known.offline) return texts["hop.offline"];
      const wait = Math.ceil(Math.max(0, known.retryAt - known.now) / 1000);
      const parts = [fill(texts["hop.server"], { n: known.failures })];
      if (wait > 0) parts.push(fill(texts["hop.wait"], { n: wait }));
      return parts.join(", ");
    }
    const parts = [];
    if ((state === "unreachable" || state === "stale") && known.router?.reason) {
      if (!explained) parts.push(texts[`reason.${known.router.reason}`] ?? known.router.detail ?? "");
      const wait = known.routerRetryAt === null ? 0 : Math.ceil((known.routerRetryAt - known.now) / 1000);
      if (wait > 0) parts.push(fill(texts["router.wait"], { n: wait, a: known.router.attempt ?? 1 }));
    }
    if (state === "live" && known.router?.readMs > known.router?.intervalMs) {
      parts.push(fill(texts["router.slow"], { n: tenths(known.router.readMs / 1000, this.lang) }));
    }
    if (known.polling && state !== "no-router" && state !== "stopped") parts.push(texts["hop.polling"]);
    return parts.join(" ");
  }
}
