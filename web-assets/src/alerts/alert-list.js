// Alerts: those that stand, and those that are over. What is said of each comes from the server; here is how bad it is,
// since when, and what became of it.

import { api } from "../shared/api.js";
import { tellAlerts } from "../data/standing-alerts.js";
import { below } from "../shared/base-path.js";
import { element, put } from "../shared/elements.js";
import { button, sentence } from "../shared/form.js";
import { fill, spanWords } from "../shared/format.js";
import { sign } from "../shared/signs.js";

/** Those that stand are asked for again, ms. */
const AGAIN = 5_000;
/** A link shows so much before and after, ms. */
const AROUND = 30 * 60_000;
const SHAPES = { critical: "s-bad", warning: "s-hot", info: "s-unk" };

/** Times as numbers, ms; or as text. */
export const time = (value) =>
  value === null || value === undefined ? null : typeof value === "number" ? value : Date.parse(value);

export class AlertList {
  #timer = 0;
  #next = null;

  /**
   * @param {object} page
   * @param {HTMLElement} page.active
   * @param {HTMLElement} page.past
   * @param {Record<string, string>} page.texts
   * @param {string} page.lang
   * @param {(ms: number) => string} page.moment
   * @param {Map<string, string>} page.names of routers
   * @param {boolean} page.may acknowledge
   */
  constructor({ active, past, texts, lang, moment, names, may }) {
    this.texts = texts;
    this.lang = lang;
    this.moment = moment;
    this.names = names;
    this.may = may;
    this.active = element("ul", "alerts");
    this.active.dataset.testid = "alerts-active";
    this.none = element("p", "empty", texts.alert_none);
    this.past = element("ul", "alerts");
    this.past.dataset.testid = "alerts-past";
    this.more = button(texts.alert_more, "alerts-more", () => this.#older(), "edge");
    active.append(this.none, this.active);
    past.append(this.past, this.more);
  }

  async load() {
    await Promise.all([this.#now(), this.#older(true)]);
    clearInterval(this.#timer);
    this.#timer = window.setInterval(() => {
      if (!document.hidden) this.#now().catch(() => {});
    }, AGAIN);
  }

  async #now() {
    const { alerts } = await api.get(`/api/v1/alerts?state=active&lang=${this.lang}`);
    // The count in the header is of the same.
    tellAlerts(alerts);
    this.none.hidden = alerts.length > 0;
    const focused = document.activeElement?.id;
    this.active.replaceChildren(...alerts.map((alert) => this.#row(alert, true)));
    if (focused) document.getElementById(focused)?.focus();
  }

  async #older(anew = false) {
    const before = anew || this.#next === null ? "" : `&before=${encodeURIComponent(this.#next)}`;
    const { alerts, next = null } = await api.get(`/api/v1/alerts?state=past&lang=${this.lang}&limit=50${before}`);
    this.#next = next;
    this.more.hidden = next === null;
    if (anew) this.past.replaceChildren();
    this.past.append(...alerts.map((alert) => this.#row(alert, false)));
    if (anew && alerts.length === 0) this.past.append(element("li", "empty", this.texts.alert_none_past));
  }

  #row(alert, stands) {
    const { texts } = this;
    const row = element("li", `alert ${alert.severity}`);
    row.dataset.testid = "alert";
    row.dataset.state = alert.state;
    const shape = stands ? (SHAPES[alert.severity] ?? "s-unk") : "s-ok";
    const kind = element("span", "how");
    kind.append(
      sign(shape, "st"),
      element("span", "", stands ? texts[`severity.${alert.severity}`] : texts.alert_over),
    );
    const said = element("div", "what");
    // How bad it is says the shape beside it.
    const text = element("a", "text", alert.text.replace(/^[^\p{L}\p{N}]+/u, ""));
    text.href = this.#place(alert);
    said.append(text, element("p", "facts", this.#facts(alert, stands)));
    row.append(kind, said);
    if (stands && this.may) {
      const done = alert.acknowledged !== null && alert.acknowledged !== undefined;
      const act = button(done ? texts.alert_unacknowledge : texts.alert_acknowledge, "alert-acknowledge", async () => {
        act.disabled = true;
        try {
          await api.send(done ? "DELETE" : "POST", `/api/v1/alerts/${alert.id}/acknowledgement`);
          await this.#now();
        } catch (error) {
          act.disabled = false;
          put(said.lastElementChild, sentence(error, texts));
        }
      });
      act.id = `alert-${alert.id}`;
      act.setAttribute("aria-label", `${act.textContent}: ${alert.text}`);
      row.append(act);
    }
    return row;
  }

  /** Since when, what it waits for, who holds it back, who has seen it, where it was told. */
  #facts(alert, stands) {
    const { texts } = this;
    const since = time(alert.firedAt) ?? time(alert.since);
    const facts = [this.moment(since)];
    const router = this.names.get(alert.router) ?? alert.router;
    if (router) facts.push(alert.interface ? `${router} · ${alert.interface}` : router);
    const cleared = time(alert.clearedAt);
    if (cleared !== null) facts.push(fill(texts.alert_lasted, { n: spanWords(cleared - since, texts) }));
    const clears = time(alert.clearsAt);
    if (stands && clears !== null && clears > Date.now())
      facts.push(fill(texts.alert_clearing, { n: spanWords(clears - Date.now(), texts) }));
    else if (stands && alert.state !== "firing") facts.push(texts[`alert_state.${alert.state}`] ?? alert.state);
    if (alert.heldBy)
      facts.push(fill(texts.alert_held, { router: this.names.get(alert.heldBy.router) ?? alert.heldBy.router }));
    if (alert.acknowledged)
      facts.push(
        fill(texts.alert_acknowledged, {
          by: alert.acknowledged.by,
          time: this.moment(time(alert.acknowledged.at)),
        }),
      );
    if (alert.untold) facts.push(texts[`alert_untold.${alert.untold}`] ?? alert.untold);
    if (alert.told?.length > 0)
      facts.push(fill(texts.alert_told, { channels: [...new Set(alert.told.map((one) => one.channel))].join(", ") }));
    return facts.join(" · ");
  }

  /** The minutes around it on the chart. */
  #place(alert) {
    const from = time(alert.firedAt) ?? time(alert.since);
    const to = (time(alert.clearedAt) ?? from) + AROUND;
    const query = new URLSearchParams();
    if (alert.router) query.set("router", alert.router);
    if (alert.interface) query.set("interface", alert.interface);
    query.set("from", new Date(from - AROUND).toISOString());
    query.set("to", to >= Date.now() ? "now" : new Date(to).toISOString());
    return below(`/prepaid/dashboard?${query}`);
  }
}
