// Facts about many routers: each one's state, which are in trouble, their order and their totals. Does not touch the
// page.

import { below } from "../shared/base-path.js";
import { sumOf } from "../data/partial-sums.js";
/** @import { RouterEntry } from "../data/types.js" */

/** How bad each standing is: the worst first. */
const RANKS = { unreachable: 0, stale: 1, connecting: 2, idle: 3, live: 4, off: 5 };
const number = (value) => value ?? -1;
/** Texts in the order in which people count: POP 2 before POP 10. */
const WORDS = new Intl.Collator(undefined, { numeric: true, sensitivity: "base" });
const byName = (a, b) => WORDS.compare(a.name, b.name) || WORDS.compare(a.id, b.id);
const most = (value) => (a, b) => number(value(b)) - number(value(a));

/** What the list can be ordered by; equals stand by their names. */
const ORDERS = {
  trouble: (a, b) => RANKS[standing(a)] - RANKS[standing(b)],
  name: () => 0,
  traffic: most(({ rxBps, txBps }) => sumOf([rxBps, txBps]).known),
  rx: most((router) => router.rxBps),
  tx: most((router) => router.txBps),
  cpu: most((router) => router.about?.cpuPercent),
  memory: most((router) => memoryShare(router)),
  sessions: most((router) => router.sessions),
  uptime: (a, b) => (a.about?.uptimeMs ?? Infinity) - (b.about?.uptimeMs ?? Infinity),
};
export const SORTS = Object.keys(ORDERS);

/**
 * How a router stands, in one word: off, live, idle, connecting, stale or unreachable.
 * @param {Pick<RouterEntry, "enabled"|"state">} router
 */
export function standing({ enabled, state }) {
  if (enabled === false) return "off";
  return state.code in RANKS ? state.code : "connecting";
}

/** Whether somebody should look after it. */
export function inTrouble(router) {
  return RANKS[standing(router)] <= RANKS.stale;
}

/** 0 to 1; null where it is not known. */
export function memoryShare({ about }) {
  return about?.memoryTotal > 0 && about.memoryUsed !== null ? about.memoryUsed / about.memoryTotal : null;
}

/**
 * Whether a router is one of those asked for.
 * @param {RouterEntry} router
 * @param {{text?: string, tag?: string, state?: string}} asked `state`: trouble, or a standing; nothing for all
 */
export function fits(router, { text = "", tag = "", state = "" }) {
  if (tag && !router.tags?.includes(tag)) return false;
  if (state === "trouble" ? !inTrouble(router) : state && standing(router) !== state) return false;
  const { name, id, address, about } = router;
  const all = [name, id, address, about?.identity, about?.model, about?.version, ...(router.tags ?? [])]
    .filter(Boolean)
    .join("\n")
    .toLowerCase();
  return text
    .toLowerCase()
    .split(/\s+/)
    .every((word) => all.includes(word));
}

/** The routers in an order, as a new list. */
export function ordered(routers, by) {
  return [...routers].sort((a, b) => ORDERS[by](a, b) || byName(a, b));
}

/** `wanted` in the order in which they are shown already: nothing moves under a hand; what is new comes last. */
export function steady(shown, wanted) {
  const place = new Map(shown.map(({ id }, at) => [id, at]));
  return [...wanted].sort((a, b) => (place.get(a.id) ?? Infinity) - (place.get(b.id) ?? Infinity) || 0);
}

/** All the tags there are, in order. */
export function tagsOf(routers) {
  return [...new Set(routers.flatMap(({ tags }) => tags ?? []))].sort(WORDS.compare);
}

/**
 * How many stand how, and what flows in all of which it is known; a sum of nothing known is null. `rxPartial`,
 * `txPartial`, `sessionsPartial`: a router that is not disabled is missing in it, or a port of one.
 */
export function totals(routers) {
  const on = routers.filter((router) => standing(router) !== "off");
  /**
   * @param {(router: RouterEntry) => number|null|undefined} value
   * @param {(router: RouterEntry) => boolean} missing a part of it
   * @returns {[number|null, boolean]}
   */
  const sum = (value, missing = () => false) => {
    const { known, unknown } = sumOf(on.map(value));
    return [known, known !== null && (unknown > 0 || on.some(missing))];
  };
  const [rxBps, rxPartial] = sum(
    (router) => router.rxBps,
    (router) => router.rxUnknown > 0,
  );
  const [txBps, txPartial] = sum(
    (router) => router.txBps,
    (router) => router.txUnknown > 0,
  );
  const [sessions, sessionsPartial] = sum((router) => router.sessions);
  return {
    all: routers.length,
    live: routers.filter((router) => standing(router) === "live").length,
    trouble: routers.filter(inTrouble).length,
    rxBps,
    txBps,
    sessions,
    rxPartial,
    txPartial,
    sessionsPartial,
  };
}

/**
 * The dashboard of a router, from an address of the dashboard: window and mode stay, another router's interfaces do
 * not.
 */
export function dashboardOf(id, from = "") {
  const parameters = new URLSearchParams(from);
  parameters.delete("interface");
  parameters.set("router", id);
  return below(`/prepaid/dashboard?${parameters}`);
}

/** A stretch of time in the two largest units that it has: `{d, h}`, `{h, m}` or `{m}`. */
export function uptime(ms) {
  const minutes = Math.floor(ms / 60_000);
  const [d, h, m] = [Math.floor(minutes / 1440), Math.floor(minutes / 60) % 24, minutes % 60];
  if (d > 0) return { d, h };
  return h > 0 ? { h, m } : { m };
}
