// Facts about many routers: each one's state, which are in trouble, their order and their totals. Does not touch the
// page.

import { below } from "../shared/base-path.js";
import { sumOf } from "../data/partial-sums.js";
/** @import { RouterEntry, System } from "../data/types.js" */

/** How bad each standing is: the worst first. */
const RANKS = { unreachable: 0, stale: 1, late: 2, connecting: 3, idle: 4, live: 5, off: 6 };
/** The newest sample of a live router may be so old, ms: a list that is asked for every 2 s is itself a little
 * behind. */
const LATE_MS = 4_000;
const number = (value) => value ?? -1;
/** Texts in the order in which people count: POP 2 before POP 10. */
const WORDS = new Intl.Collator(undefined, { numeric: true, sensitivity: "base" });
const byName = (a, b) => WORDS.compare(a.name, b.name) || WORDS.compare(a.id, b.id);
const most = (value) => (a, b) => number(value(b)) - number(value(a));

/** What the list can be ordered by; equals stand by their names. */
const ORDERS = {
  trouble: (a, b) => RANKS[standing(a)] - RANKS[standing(b)],
  name: () => 0,
  down: most((router) => router.downBps),
  up: most((router) => router.upBps),
  cpu: most((router) => router.about?.cpuPercent),
  memory: most((router) => memoryShare(router)),
  sessions: most((router) => router.sessions),
  uptime: (a, b) => (a.about?.uptimeMs ?? Infinity) - (b.about?.uptimeMs ?? Infinity),
};
export const SORTS = Object.keys(ORDERS);

/**
 * How a router stands, in one word: off, live, late, idle, connecting, stale or unreachable.
 * @param {Pick<RouterEntry, "enabled"|"state">} router
 */
export function standing({ enabled, state }) {
  if (enabled === false) return "off";
  if (
    state.code === "live" &&
    state.ageMs > Math.max(LATE_MS, 2.5 * Math.max(state.intervalMs ?? 0, state.readMs ?? 0))
  )
    return "late";
  return state.code in RANKS && state.code !== "late" ? state.code : "connecting";
}

/** Whether somebody should look after it. */
export function inTrouble(router) {
  return RANKS[standing(router)] <= RANKS.stale;
}

/** 0 to 1; null where it is not known. */
export function memoryShare(/** @type {{about?: System|null}} */ { about }) {
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

/** The routers in an order, as a new list; those whose name was typed come before those found by something else. */
export function ordered(routers, by, text = "") {
  const all = [...routers];
  if (text === "") return all.sort((a, b) => ORDERS[by](a, b) || byName(a, b));
  const ranks = new Map(all.map((router) => [router, rankOf(router, text)]));
  return all.sort((a, b) => ranks.get(a) - ranks.get(b) || ORDERS[by](a, b) || byName(a, b));
}

/**
 * How well a router's name fits what was typed: 0 it begins so, 1 a word of it does, 2 it is somewhere in it, 3 it
 * was
 * found by its address, its model or a tag.
 */
export function rankOf({ name }, text) {
  const [called, first] = [name.toLowerCase(), text.toLowerCase().split(/\s+/)[0]];
  const at = called.indexOf(first);
  if (at < 0) return 3;
  if (at === 0) return 0;
  return /[^\p{L}\p{N}]/u.test(called[at - 1]) ? 1 : 2;
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
 * How many stand how, and what the WANs carry in all of which it is known; a sum of nothing known is null. `unknown`:
 * of so many routers that are not disabled it is not known, and they are not in the sums.
 */
export function totals(routers) {
  const on = routers.filter((router) => standing(router) !== "off");
  const count = (/** @type {string} */ word) => routers.filter((router) => standing(router) === word).length;
  const [down, up, sessions] = [
    sumOf(on.map((router) => router.downBps)),
    sumOf(on.map((router) => router.upBps)),
    sumOf(on.map((router) => router.sessions)),
  ];
  return {
    all: routers.length,
    live: count("live"),
    late: count("late"),
    trouble: routers.filter(inTrouble).length,
    downBps: down.known,
    upBps: up.known,
    sessions: sessions.known,
    unknown: on.filter(({ downBps, upBps }) => (downBps ?? null) === null || (upBps ?? null) === null).length,
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
