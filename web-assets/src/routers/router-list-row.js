// A router in the list of routers: a table row where there is room, otherwise a card with the same cells.

import { element, put } from "../shared/elements.js";
import { amount, atLeast, fill, speed } from "../shared/format.js";
import { dashboardOf, inTrouble, memoryShare, standing, uptime } from "./router-summary.js";
/** @import { RouterEntry } from "../data/types.js" */

/** The columns: what each is called in the texts, and by what a press on its head sorts. */
export const COLUMNS = [
  ["router", "name"],
  ["state", "trouble"],
  ["model", null],
  ["uptime", "uptime"],
  ["cpu", "cpu"],
  ["memory", "memory"],
  ["traffic", "traffic"],
  ["sessions", "sessions"],
];

/** Why a router does not stand well, in a sentence; empty where it does. */
export function why({ state, enabled }, texts) {
  if (enabled === false || !state.reason) return "";
  return texts[`reason.${state.reason}`] ?? state.detail ?? state.reason;
}

/** Whether there are figures of it; without them a card is short. */
export function known({ about, rxBps, txBps, sessions }) {
  return [about, rxBps, txBps, sessions].some((one) => one != null);
}

export class RouterListRow {
  #router = null;

  /**
   * @param {{texts: Record<string, string>, lang: string, manage: ((router: RouterEntry, opener: HTMLElement) =>
   *   void)|null}} page `manage`: null for those who may only look
   */
  constructor({ texts, lang, manage }) {
    this.texts = texts;
    this.lang = lang;
    this.root = element("div", "fleet-row");
    this.root.setAttribute("role", "row");
    this.cells = Object.fromEntries(COLUMNS.map(([name]) => [name, this.#cell(name)]));
    const { router, state, model, cpu, memory, traffic, sessions } = this.cells;
    this.link = element("a", "name");
    this.link.dataset.testid = "fleet-open";
    this.link.append((this.name = element("bdi")));
    this.where = element("bdi", "note");
    this.tags = element("bdi", "note tags");
    router.append(this.link, this.where, this.tags);
    this.standing = element("span", "standing");
    this.why = element("span", "note why");
    state.append(this.standing, this.why);
    this.model = element("bdi");
    this.version = element("bdi", "note");
    model.append(this.model, this.version);
    this.up = this.#value(this.cells.uptime);
    this.cpu = this.#bar(cpu);
    this.memory = this.#bar(memory);
    this.used = element("span", "note");
    memory.append(this.used);
    this.rx = element("span", "rate");
    this.tx = element("span", "rate");
    traffic.append(this.rx, this.tx);
    this.sessions = this.#value(sessions);
    if (!manage) return;
    const cell = this.#cell("manage");
    this.manage = element("button", "", "⋯");
    this.manage.type = "button";
    this.manage.dataset.testid = "fleet-manage";
    this.manage.addEventListener("click", () => manage(this.#router, this.manage));
    cell.append(this.manage);
  }

  fill(router, place) {
    const { texts, lang } = this;
    const { about } = router;
    this.#router = router;
    set(this.root, "aria-rowindex", place + 2); // the head is the first
    set(this.root, "data-router", router.id);
    set(this.root, "data-trouble", inTrouble(router));
    set(this.root, "data-known", known(router));
    // One that is disabled has nothing to show.
    if (standing(router) === "off") this.link.removeAttribute("href");
    else set(this.link, "href", dashboardOf(router.id));
    put(this.name, router.name);
    put(
      this.where,
      [about?.identity === router.name ? "" : about?.identity, router.address].filter(Boolean).join(" · "),
    );
    put(
      this.tags,
      [...(router.tags ?? []).map((tag) => `#${tag}`), router.origin === "file" ? "lalin.toml" : ""]
        .filter(Boolean)
        .join(" "),
    );
    const word = standing(router);
    set(this.standing, "data-is", word);
    put(this.standing, texts[`standing.${word}`]);
    const reason = why(router, texts);
    put(this.why, reason);
    const detail = router.state.detail ?? "";
    set(this.why, "title", reason && detail && detail !== reason ? `${reason} (${detail})` : reason);
    put(this.model, about?.model ?? "–");
    put(this.version, about?.version ? `RouterOS ${about.version}` : "");
    put(this.up, about?.uptimeMs == null ? "–" : uptimeWords(about.uptimeMs, texts));
    this.#use(this.cpu, about?.cpuPercent == null ? null : about.cpuPercent / 100);
    this.#use(this.memory, memoryShare(router));
    put(
      this.used,
      memoryShare(router) === null
        ? ""
        : `${amount(about.memoryUsed, lang, 0)} / ${amount(about.memoryTotal, lang, 0)}`,
    );
    this.#sum(this.rx, "↓ RX", router.rxBps, router.rxUnknown);
    this.#sum(this.tx, "↑ TX", router.txBps, router.txUnknown);
    put(this.sessions, router.sessions == null ? "–" : String(router.sessions));
    if (this.manage) set(this.manage, "aria-label", fill(texts.fleet_manage, { name: router.name }));
  }

  #cell(name) {
    const cell = element("div", `cell at-${name}`);
    cell.setAttribute("role", "cell");
    // A card has no head above it that says what the figure is.
    if (["uptime", "cpu", "memory", "sessions"].includes(name))
      cell.append(element("span", "label", this.texts[`column.${name}`]));
    this.root.append(cell);
    return cell;
  }

  #value(cell) {
    const value = element("span", "value");
    cell.append(value);
    return value;
  }

  #bar(cell) {
    const root = element("span", "use");
    const bar = element("i");
    const words = element("span");
    bar.setAttribute("aria-hidden", "true");
    root.append(bar, words);
    cell.append(root);
    return { root, bar, words, shown: null };
  }

  #sum(target, way, bps, unknown = 0) {
    put(target, `${way} ${atLeast(speed(bps, this.lang, 1), unknown > 0)}`);
    set(target, "title", unknown > 0 ? fill(this.texts.partial_ports, { n: unknown }) : "");
  }

  #use(use, share) {
    put(use.words, share === null ? "–" : `${Math.round(share * 100)} %`);
    set(use.root, "data-full", share !== null && share >= 0.9);
    const shown = share === null ? "0" : Math.min(1, Math.max(0, share)).toFixed(2);
    if (use.shown !== shown) use.bar.style.setProperty("--use", (use.shown = shown));
  }
}

function uptimeWords(ms, texts) {
  return Object.entries(uptime(ms))
    .map(([unit, n]) => fill(texts[`uptime.${unit}`], { n }))
    .join(" ");
}

function set(target, name, value) {
  const text = String(value);
  if (target.getAttribute(name) !== text) target.setAttribute(name, text);
}
