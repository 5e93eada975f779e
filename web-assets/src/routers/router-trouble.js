// A router's trouble in its row: what it is called, why in one sentence with what is known of it, and which button
// mends
// it for whoever looks. Does not touch the page.

import { causeName, causeOf, mendOf } from "../trouble/causes.js";
import { fill } from "../shared/format.js";
/** @import { RouterEntry, Texts } from "../data/types.js" */

/** @typedef {{change: boolean, retry: boolean}} Rights what somebody may do: change routers, have one tried */

/** What a router's trouble is called; empty where it has none. */
export function troubleName(
  /** @type {Pick<RouterEntry, "enabled"|"state">} */ { enabled, state },
  /** @type {Texts} */ texts,
) {
  const cause = enabled === false ? null : causeOf(state);
  return cause === null ? "" : causeName(cause, texts);
}

/**
 * Why, in a sentence: what it means, since when, and when it is tried again. Empty where there is no trouble.
 * @param {RouterEntry} router
 * @param {Texts} texts
 * @param {(date: Date) => string} clock how a time of day is written
 */
export function troubleSentence({ address, enabled, state }, texts, clock) {
  const cause = enabled === false ? null : causeOf(state);
  if (cause === null) return "";
  const port = /:(\d+)$/.exec(address ?? "")?.[1];
  const kind = cause === "refused" && port ? "refused_port" : cause;
  const parts = [fill(texts[`brief.${kind}`] ?? texts[`reason.${cause}`] ?? state.detail ?? "", { port })];
  const seen = state.sampledAt ? new Date(state.sampledAt) : null;
  if (seen && !Number.isNaN(seen.getTime()) && cause !== "wrong-credentials")
    parts.push(fill(texts.fleet_since, { time: clock(seen), age: lasting(state.ageMs ?? 0, texts) }));
  if (state.retryInMs !== undefined && state.attempt)
    parts.push(fill(texts.fleet_attempt, { n: Math.max(1, Math.ceil(state.retryInMs / 1000)), a: state.attempt }));
  return parts.filter(Boolean).join(" ");
}

/**
 * The button that mends it, for somebody with these rights; null where there is none.
 * @param {RouterEntry} router
 * @param {Rights} rights
 * @returns {import("../trouble/causes.js").Mend}
 */
export function mendFor({ enabled, state, origin }, { change, retry }) {
  const cause = enabled === false ? null : causeOf(state);
  const mend = mendOf(cause);
  if (mend === "commands") return mend;
  // A router of the configuration file is changed there: the commands still help.
  if (mend === "password" && change) return origin === "stored" ? mend : "commands";
  if (mend === "certificate" && change) return mend;
  return mend !== null && retry ? "retry" : null;
}

/** A stretch of time in its largest units, two at most: `2 mnt 50 dtk`, `3 jam 5 mnt`, `12 hari`. */
export function lasting(ms, /** @type {Texts} */ texts, most = 2) {
  const seconds = Math.max(0, Math.round(ms / 1000));
  const [d, h] = [Math.floor(seconds / 86_400), Math.floor(seconds / 3_600) % 24];
  const [m, s] = [Math.floor(seconds / 60) % 60, seconds % 60];
  const part = (unit, n) => (n > 0 ? fill(texts[`span.${unit}`], { n }) : "");
  if (d > 0) return part("d", d);
  const two = h > 0 ? [part("h", h), part("m", m)] : [part("m", m), part("s", s)];
  return two.filter(Boolean).slice(0, most).join(" ") || fill(texts["span.s"], { n: 0 });
}
