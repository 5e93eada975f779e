// The line at the bottom: what watching costs the router (sessions, time a read takes, its processor, how many
// interfaces), or what is being tried; and the time zone of the clock beside it.

import { api } from "../shared/api.js";
import { leaveForLogin } from "../account/auth.js";
import { put } from "../shared/elements.js";
import { fill, tenths } from "../shared/format.js";

/** The router's processor is asked for this often at most, ms. */
const EVERY = 60_000;
/** And so soon, where it was not known yet, ms. */
const SOON = 8_000;
/** Indonesia's time zones by their names, which no browser knows. */
const ZONES = {
  "Asia/Jakarta": "WIB",
  "Asia/Pontianak": "WIB",
  "Asia/Makassar": "WITA",
  "Asia/Ujung_Pandang": "WITA",
  "Asia/Jayapura": "WIT",
};

export class CostLine {
  #cpu = null;
  #askedAt = -Infinity;
  #unknown = 0;

  /**
   * @param {{facts: HTMLElement, zone: HTMLElement}} parts
   * @param {Record<string, string>} texts
   * @param {string} lang
   * @param {(routers: any[]) => void} heard the server told which routers there are
   */
  constructor({ facts, zone }, texts, lang, heard) {
    this.heard = heard;
    this.facts = facts;
    this.texts = texts;
    this.lang = lang;
    put(zone, zoneName(lang));
  }

  /**
   * @param {string} state
   * @param {import("../data/connection-state.js").Known & {now: number, retryAt: number, routerRetryAt: number|null}}
   *   known
   * @param {{router: string|null, interfaces: number, clock: (t: number) => string, newest: number|null}} page `clock`:
   *   a time as the chart writes it
   */
  show(state, known, page) {
    if (state === "live" || state === "late") this.ask(page.router);
    const said = this.#words(state, known, page);
    while (this.facts.children.length > said.length) this.facts.lastElementChild?.remove();
    said.forEach((text, at) => {
      const part = this.facts.children[at] ?? this.facts.appendChild(document.createElement("span"));
      put(part, text);
    });
    const slow = (known.router?.readMs ?? 0) > (known.router?.intervalMs ?? Infinity);
    this.facts.classList.toggle("slow", slow && state === "live");
  }

  /** @returns {string[]} */
  #words(state, known, { interfaces, clock, newest }) {
    const { router, polling, routerRetryAt, now, intervalMs } = known;
    const { texts, lang } = this;
    const listed = fill(texts["cost.interfaces"], { n: interfaces });
    if (state === "no-router") return [];
    if (state === "stopped") return [texts["cost.stopped"], listed];
    const last = newest === null ? [] : [fill(texts["cost.last"], { t: clock(newest) })];
    if (state === "unreachable" || state === "stale") {
      const wait = routerRetryAt === null ? 0 : Math.ceil((routerRetryAt - now) / 1000);
      const tries = fill(texts["router.wait"], { n: wait, a: router?.attempt ?? 1 });
      return wait > 0 ? [tries, ...last] : last;
    }
    if (state === "reconnecting") return last;
    const all = [texts["cost.session"]];
    if (router?.readMs !== undefined) {
      const every = tenths((router.intervalMs ?? intervalMs) / 1000, lang).replace(/[.,]0$/, "");
      all.push(fill(texts["cost.read"], { n: Math.round(router.readMs), s: every }));
    }
    if (this.#cpu !== null) all.push(fill(texts["cost.cpu"], { n: this.#cpu }));
    if (interfaces > 0) all.push(listed);
    if (polling) all.push(texts["hop.polling"]);
    return all;
  }

  /** How busy the router is, and which others there are: seldom, and only while the page is looked at. */
  async ask(router) {
    const now = performance.now();
    if (router === null || now - this.#askedAt < EVERY) return;
    this.#askedAt = now;
    try {
      const { routers } = await api.get("/api/v1/routers");
      this.heard(routers);
      const { cpuPercent } = routers.find(({ id }) => id === router)?.about ?? {};
      this.#cpu = cpuPercent ?? null;
      // The server asks the router when it is asked itself: the first answer does not know yet.
      this.#unknown = this.#cpu === null ? this.#unknown + 1 : 0;
      if (this.#cpu === null && this.#unknown < 3) this.#askedAt -= EVERY - SOON;
    } catch (error) {
      this.#cpu = null;
      if (!leaveForLogin(error)) console.info(`How busy the router is is not known: ${error.message}`);
    }
  }
}

/** The time zone's short name where this browser is. */
export function zoneName(lang, zone = new Intl.DateTimeFormat().resolvedOptions().timeZone) {
  if (ZONES[zone]) return ZONES[zone];
  const parts = new Intl.DateTimeFormat(lang === "id" ? "id-ID" : "en-GB", {
    timeZone: zone,
    timeZoneName: "short",
  }).formatToParts(new Date());
  return parts.find(({ type }) => type === "timeZoneName")?.value ?? zone;
}
