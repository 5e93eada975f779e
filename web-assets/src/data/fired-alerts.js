// Alerts of the shown router, as a chart marks them: when one fired and when it cleared. They are asked for again when
// the event stream tells that something changed, and else once a minute. Where the server has none, nothing is asked
// again.

import { api } from "../shared/api.js";
import { standingAlerts } from "./standing-alerts.js";

/** Without a stream that tells they are asked for again after so long, ms. */
const ANEW = 60_000;
/** The most that are looked at. */
const MOST = 200;

/**
 * @typedef {{id: string, from: number, to: number|null, interface: string|null, severity: string, text: string}} Fired
 */
/** @typedef {{get: (path: string) => Promise<any>}} Api */

const ms = (value) =>
  value === null || value === undefined ? null : typeof value === "number" ? value : Date.parse(value);

export class FiredAlerts {
  #router = "";
  #at = -Infinity;
  /** What stood when they were asked for. */
  #stood = "";
  #none = false;
  /** @type {Fired[]} */
  #known = [];

  /**
   * @param {object} page
   * @param {string} page.lang
   * @param {() => void} page.changed
   * @param {Api} [page.from]
   * @param {() => number} [page.now] ms, of any clock that goes on
   */
  constructor({ lang, changed, from = api, now = () => performance.now() }) {
    this.lang = lang;
    this.changed = changed;
    this.from = from;
    this.now = now;
  }

  /**
   * Those of a router as a whole, or of one of these lines, that stood within a stretch.
   * @param {string} router
   * @param {string[]} names
   * @param {import("./types.js").Range} range
   */
  of(router, names, { from, to }) {
    if (router !== this.#router || this.#isOld(router)) this.#ask(router);
    return this.#known.filter(
      (one) =>
        (one.interface === null || names.includes(one.interface)) &&
        one.from < to &&
        (one.to === null || one.to > from),
    );
  }

  #isOld(router) {
    if (standingAlerts() === null) return this.now() - this.#at > ANEW;
    return stand(router) !== this.#stood;
  }

  async #ask(router) {
    if (this.#none) return;
    if (router !== this.#router) this.#known = [];
    this.#router = router;
    this.#at = this.now();
    this.#stood = stand(router);
    // Where the stream tells that none of it stands, that need not be asked.
    const states = this.#stood === "" && standingAlerts() !== null ? ["past"] : ["active", "past"];
    const ask = (state) =>
      this.from.get(`/api/v1/alerts?${new URLSearchParams({ state, router, lang: this.lang, limit: String(MOST) })}`);
    try {
      const answers = await Promise.all(states.map(ask));
      if (router !== this.#router) return;
      this.#known = answers
        .flatMap(({ alerts }) => alerts)
        .filter((alert) => ms(alert.firedAt) !== null)
        .map((alert) => ({
          id: alert.id,
          from: ms(alert.firedAt),
          to: ms(alert.clearedAt),
          interface: alert.interface,
          severity: alert.severity,
          // The sign in front is the mark on the chart.
          text: alert.text.replace(/^[^\p{L}\p{N}]+/u, ""),
        }));
      this.changed();
    } catch (error) {
      this.#none = error.status === 404;
      // Asked again in a minute, or with the next change, and not with each drawing.
      if (router === this.#router) this.#at = this.now();
    }
  }
}

/** Which of a router's alerts stand, and how, as the stream tells it. */
function stand(router) {
  const own = (standingAlerts() ?? []).filter((alert) => alert.router === router && ms(alert.firedAt) !== null);
  return own.map(({ id, state }) => `${id} ${state}`).join("\n");
}
