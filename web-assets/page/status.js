// The state that is always visible: from what is known of server and router to one word, a reason and a command.

import { put } from "./element.js";
import { fill, tenths } from "./format.js";

const STALE_MS = 5_000;

/** What mends it, on the router. */
export const COMMANDS = {
  refused: "/ip service enable api",
  "turned-away": "/ip service print detail where name=api",
  tls: "/ip service print detail where name=api-ssl",
  certificate: "/certificate print detail",
  "not-permitted": "/user group set [find name=lalin] policy=read,api",
  "wrong-credentials": "/user set [find name=lalin] password=…",
};

/**
 * @param {{stopped: boolean, offline: boolean, broken: boolean, polling: boolean, unconfigured: boolean,
 *   router: object|null, ageMs: number|null, intervalMs: number}} known
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

/** Shows it. */
export class StatusLine {
  #shown = "";

  constructor(root, texts, lang) {
    this.texts = texts;
    this.lang = lang;
    this.root = root;
    this.part = (name) => root.querySelector(`#${name}`);
  }

  show(state, known) {
    const { texts } = this;
    const reason = known.router?.reason ?? "";
    const why = this.#why(state, known);
    const command = state === "unreachable" || state === "stale" ? (COMMANDS[reason] ?? "") : "";
    const age = ["live", "late", "stale", "unreachable", "reconnecting"].includes(state) ? this.#age(known.ageMs) : "";
    const retry = state === "reconnecting" && !known.offline;
    const shown = JSON.stringify([state, reason, why, command, age, retry]);
    if (shown === this.#shown) return;
    this.#shown = shown;
    this.root.dataset.state = state;
    this.root.dataset.reason = state === "unreachable" || state === "stale" ? reason : "";
    put(this.part("state-word"), texts[`state.${state}`]);
    put(this.part("state-age"), age && `· ${age}`);
    put(this.part("state-why"), why && `— ${why}`);
    put(this.part("state-command"), command);
    this.part("state-command").hidden = !command;
    this.part("try-now").hidden = !retry;
  }

  #age(ms) {
    if (ms === null) return "";
    const seconds = ms / 1000;
    if (seconds < 10) return fill(this.texts["age.seconds"], { n: tenths(seconds, this.lang) });
    if (seconds < 120) return fill(this.texts["age.seconds"], { n: Math.round(seconds) });
    return fill(this.texts["age.minutes"], { n: Math.round(seconds / 60) });
  }

  #why(state, known) {
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
      parts.push(texts[`reason.${known.router.reason}`] ?? known.router.detail ?? "");
      const wait = known.routerRetryAt === null ? 0 : Math.ceil((known.routerRetryAt - known.now) / 1000);
      if (wait > 0) parts.push(fill(texts["router.wait"], { n: wait, a: known.router.attempt ?? 1 }));
    }
    if (known.polling && state !== "no-router" && state !== "stopped") parts.push(texts["hop.polling"]);
    return parts.join(" ");
  }
}
