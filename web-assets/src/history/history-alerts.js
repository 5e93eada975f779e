// Alerts on the picture of the past: when one fired and when it cleared. Where the server has none, nothing is asked
// again.

import { api } from "../shared/api.js";

/** They are asked for again after so long, ms. */
const ANEW = 60_000;
/** The most that are looked at. */
const MOST = 200;

/** @typedef {{from: number, to: number|null, interface: string|null, severity: string, text: string}} Fired */

const ms = (value) =>
  value === null || value === undefined ? null : typeof value === "number" ? value : Date.parse(value);

export class HistoryAlerts {
  #router = "";
  #at = -Infinity;
  #none = false;
  /** @type {Fired[]} */
  #known = [];

  /** @param {{lang: string, changed: () => void}} page */
  constructor({ lang, changed }) {
    this.lang = lang;
    this.changed = changed;
  }

  /**
   * Those of a router as a whole, or of one of these lines, that stood within a stretch.
   * @param {string} router
   * @param {string[]} names
   * @param {import("../data/types.js").Range} range
   */
  of(router, names, { from, to }) {
    if (router !== this.#router || performance.now() - this.#at > ANEW) this.#ask(router);
    return this.#known.filter(
      (one) =>
        (one.interface === null || names.includes(one.interface)) &&
        one.from < to &&
        (one.to === null || one.to > from),
    );
  }

  async #ask(router) {
    if (this.#none) return;
    if (router !== this.#router) this.#known = [];
    this.#router = router;
    this.#at = performance.now();
    const ask = (state) =>
      api.get(`/api/v1/alerts?${new URLSearchParams({ state, router, lang: this.lang, limit: String(MOST) })}`);
    try {
      const answers = await Promise.all([ask("active"), ask("past")]);
      if (router !== this.#router) return;
      this.#known = answers
        .flatMap(({ alerts }) => alerts)
        .filter((alert) => ms(alert.firedAt) !== null)
        .map((alert) => ({
          from: ms(alert.firedAt),
          to: ms(alert.clearedAt),
          interface: alert.interface,
          severity: alert.severity,
          text: alert.text,
        }));
      this.changed();
    } catch (error) {
      this.#none = error.status === 404;
    }
  }
}
