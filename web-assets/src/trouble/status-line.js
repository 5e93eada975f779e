// The pill in the header: the state by its shape, its word and its colour, and how old the data is. A trouble is
// named
// by its cause; what to do about it stands in the trouble panel.

import { put } from "../shared/elements.js";
import { turn } from "../shared/signs.js";
import { age, fill, tenths } from "../shared/format.js";
import { causeName, causeOf } from "./causes.js";
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
  paused: "s-pause",
};
/** The states in which the age of the data is worth a word. */
const AGED = ["live", "late", "stale", "unreachable"];

export class StatusLine {
  #shown = "";
  /** The state as the pill shows it: where the view stands still, `paused`. */
  seen = "loading";

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
    const part = (name) => root.querySelector(`#state-${name}`);
    this.parts = { sign: part("sign"), word: part("word"), age: part("age"), why: part("why") };
  }

  /**
   * @param {string} state
   * @param {import("../data/connection-state.js").Known & {now: number, retryAt: number, routerRetryAt: number|null}}
   *   known
   * @param {string} [until] where the view stands still: until when it shows
   */
  show(state, known, until = "") {
    const paused = until !== "" && (state === "live" || state === "late");
    const seen = paused ? "paused" : state;
    this.seen = seen;
    const reason = known.router?.reason ?? "";
    const word = this.wordOf(seen, known);
    const aged = AGED.includes(seen) && known.ageMs !== null ? age(known.ageMs, this.texts, this.lang) : until;
    const why = this.#why(seen, known);
    const whole = this.#sentence(state, known);
    const retry = retryOf(state, known) === "server";
    const shown = JSON.stringify([state, seen, reason, word, aged, why, whole, retry]);
    if (shown === this.#shown) return;
    this.#shown = shown;
    const { root, parts } = this;
    root.dataset.state = state;
    root.dataset.reason = state === "unreachable" || state === "stale" ? reason : "";
    root.toggleAttribute("data-paused", paused);
    root.title = whole;
    turn(parts.sign, SIGNS[seen]);
    put(parts.word, word);
    put(parts.age, paused || AGED.includes(seen) ? aged : "");
    put(parts.why, why);
    this.retry.hidden = !retry;
  }

  /** The word of a state; a trouble's is its cause. */
  wordOf(state, { offline, router }) {
    const { texts } = this;
    if (state === "unreachable") return causeName(causeOf(router), texts);
    return state === "reconnecting" && offline ? texts["trouble.offline"] : texts[`state.${state}`];
  }

  /** What changes while one waits: the attempt, and how long until the next. */
  #why(state, { offline, failures = 0, retryAt, now }) {
    if (state !== "reconnecting" || offline) return "";
    const wait = Math.ceil(Math.max(0, retryAt - now) / 1000);
    return fill(this.texts[wait > 0 ? "state.attempt_in" : "state.attempt"], { n: failures, s: wait });
  }

  /** The cause in a sentence, for whoever rests the mouse there. */
  #sentence(state, known) {
    const { texts } = this;
    const { router, polling, offline, failures = 0 } = known;
    const parts = [];
    if (state === "reconnecting") {
      parts.push(`${offline ? texts["hop.offline"] : fill(texts["hop.server"], { n: failures })}.`);
    }
    if ((state === "unreachable" || state === "stale") && router?.reason) {
      parts.push(texts[`reason.${causeOf(router)}`] ?? router.detail ?? "");
    }
    if (state === "live" && (router?.readMs ?? 0) > (router?.intervalMs ?? Infinity)) {
      parts.push(fill(texts["router.slow"], { n: tenths((router?.readMs ?? 0) / 1000, this.lang) }));
    }
    if (polling && state !== "no-router" && state !== "stopped") parts.push(texts["hop.polling"]);
    return parts.join(" ");
  }
}
