// What a trouble is called and what mends it: one table for the pill, the card, the row in the list of routers, the
// wall and the tab title. The commands are in remedy-table.js. Does not touch the page.

/** @import { RouterState, Texts } from "../data/types.js" */

/**
 * By the API's reasons, and what the page itself finds: `mend` is the one thing that helps most, `at` the hop that is
 * broken: 0 from the router to the server, 1 from the server to the page.
 * @typedef {"password"|"retry"|"commands"|"certificate"|null} Mend
 * @type {Record<string, {mend: Mend, at: 0|1}>}
 */
export const CAUSES = {
  unreachable: { mend: "retry", at: 0 },
  refused: { mend: "commands", at: 0 },
  "timed-out": { mend: "retry", at: 0 },
  "wrong-credentials": { mend: "password", at: 0 },
  "not-permitted": { mend: "commands", at: 0 },
  "turned-away": { mend: "commands", at: 0 },
  tls: { mend: "commands", at: 0 },
  certificate: { mend: "certificate", at: 0 },
  "certificate-changed": { mend: "certificate", at: 0 },
  closed: { mend: "retry", at: 0 },
  "router-error": { mend: "retry", at: 0 },
  malformed: { mend: "commands", at: 0 },
  internal: { mend: "retry", at: 0 },
  stale: { mend: "retry", at: 0 },
  connecting: { mend: null, at: 0 },
  "no-router": { mend: null, at: 0 },
  loading: { mend: null, at: 1 },
  reconnecting: { mend: null, at: 1 },
  server: { mend: null, at: 1 },
  offline: { mend: null, at: 1 },
};

/**
 * The cause of a router's trouble, as the key of its name (`trouble.…`) and of its sentence (`reason.…`); null where
 * it
 * has none. A certificate that is another one than before is its own cause: nobody may have touched the router.
 * @param {RouterState|null|undefined} state
 */
export function causeOf(state) {
  if (!state || (state.code !== "unreachable" && state.code !== "stale")) return null;
  if (!state.reason) return state.code;
  return causeOfReason(state.reason, state.detail);
}

/**
 * @param {string} reason
 * @param {string|null} [detail] the error's own words, as far as somebody may read them
 */
export function causeOfReason(reason, detail) {
  return reason === "certificate" && detail?.includes("certificate has changed") ? "certificate-changed" : reason;
}

/** What a cause is called, the same everywhere. */
export function causeName(cause, /** @type {Texts} */ texts) {
  return texts[`trouble.${cause}`] ?? texts["trouble.unreachable"];
}

/** Why, in a sentence; the error's own words where there is none. */
export function causeSentence(cause, detail, /** @type {Texts} */ texts) {
  return texts[`reason.${cause}`] ?? texts[`trouble_why.${cause}`] ?? detail ?? "";
}

/** @returns {Mend} what mends it; null where it passes by itself */
export function mendOf(cause) {
  return cause === null ? null : (CAUSES[cause]?.mend ?? "retry");
}
