// A router in the list of routers: one row of a table, with a line for each of its WANs; where there is little room,
// two
// lines with the same facts. In trouble a sentence takes the figures' place, with the button that mends it.

import { element, put } from "../shared/elements.js";
import { fill, number, rateParts } from "../shared/format.js";
import { shareOf } from "../data/partial-sums.js";
import { sign, turn } from "../shared/signs.js";
import { dashboardOf, inTrouble, memoryShare, standing } from "./router-summary.js";
import { lasting, mendFor, troubleName, troubleSentence } from "./router-trouble.js";
import { makeShare, set, setShare } from "./share-rule.js";
import { WanLine } from "./wan-line.js";
/** @import { RouterEntry } from "../data/types.js" */
/** @import { LinesFeed } from "../data/lines-feed.js" */
/** @import { Rights } from "./router-trouble.js" */

/** The columns: what each is called in the texts, and by what a press on its head sorts. */
export const COLUMNS = [
  ["router", "name"],
  ["state", "trouble"],
  ["wan", null],
  ["down", "down"],
  ["up", "up"],
  ["trend", null],
  ["link", null],
  ["cpu", "cpu"],
  ["memory", "memory"],
  ["uptime", "uptime"],
  ["sessions", "sessions"],
  ["model", null],
];
/** So many lines a row has at most: more WANs are seen on the router's own page. */
export const MOST_LINES = 4;

const SIGNS = { live: "s-up", late: "s-late", stale: "s-bad", unreachable: "s-bad", off: "s-off" };

/**
 * What a row needs of its page.
 * @typedef {object} RowPage
 * @property {Record<string, string>} texts
 * @property {string} lang
 * @property {LinesFeed} feed
 * @property {Rights} rights
 * @property {((router: RouterEntry, opener: HTMLElement) => void)|null} manage null for those who may only look
 * @property {(router: RouterEntry, mend: string, opener: HTMLButtonElement) => void} mend
 * @property {(date: Date) => string} clock
 */

/** How many lines a router's row has. */
export function linesOf(router) {
  if (inTrouble(router)) return 1;
  return Math.min(MOST_LINES, Math.max(1, router.wan?.length ?? 0));
}

export class RouterListRow {
  #router = null;
  #mend = null;
  /** @type {WanLine[]} */
  #lines = [];
  /** The room for a curve, px. */
  width = 0;
  /** Where the row stands and how high it is, px: whoever places it. */
  top = NaN;
  height = NaN;

  constructor(/** @type {RowPage} */ page) {
    this.page = page;
    const { texts } = page;
    this.root = element("div", "fleet-row");
    this.root.setAttribute("role", "row");
    this.cells = Object.fromEntries(COLUMNS.map(([name]) => [name, this.#cell(name)]));
    const { router, state } = this.cells;
    this.link = element("a", "name");
    this.link.dataset.testid = "fleet-open";
    this.link.append((this.name = element("bdi")));
    this.where = element("bdi", "where");
    router.append(this.link, this.where);
    this.standing = element("span", "stands");
    this.standing.append((this.sign = sign("s-unk", "st")), (this.word = element("span", "word")));
    state.append(this.standing);
    const reason = this.#cell("why");
    this.why = element("span", "why");
    this.mend = element("button", "edge");
    this.mend.type = "button";
    this.mend.dataset.testid = "fleet-mend";
    this.mend.addEventListener("click", () => page.mend(this.#router, this.#mend, this.mend));
    reason.append(this.why, this.mend);
    this.cpu = this.#share(this.cells.cpu, texts["column.cpu"]);
    this.memory = this.#share(this.cells.memory, texts["column.memory"]);
    const cell = this.#cell("manage");
    if (!page.manage) return;
    this.manage = element("button", "bare icon");
    this.manage.type = "button";
    this.manage.dataset.testid = "fleet-manage";
    this.manage.append(sign("i-more"));
    this.manage.addEventListener("click", () => page.manage(this.#router, this.manage));
    cell.append(this.manage);
  }

  fill(/** @type {RouterEntry} */ router, /** @type {number} */ place) {
    const { texts, lang } = this.page;
    const { about } = router;
    this.#router = router;
    const word = standing(router);
    const trouble = inTrouble(router);
    set(this.root, "aria-rowindex", place + 2); // the head is the first
    set(this.root, "data-router", router.id);
    set(this.root, "data-trouble", trouble);
    set(this.root, "data-is", word);
    // One that is disabled has nothing to show.
    if (word === "off") this.link.removeAttribute("href");
    else set(this.link, "href", dashboardOf(router.id));
    put(this.name, router.name);
    set(this.link, "title", [router.name, about?.identity].filter(Boolean).join(" · "));
    put(this.where, router.address?.replace(/:8728$/, "") ?? "");
    set(
      this.where,
      "title",
      [router.address, ...(router.tags ?? []).map((tag) => `#${tag}`)].filter(Boolean).join(" "),
    );
    turn(this.sign, SIGNS[word] ?? "s-unk");
    const name = troubleName(router, texts);
    put(this.word, trouble && name ? name : this.#standing(word, router));
    set(
      this.cells.state,
      "title",
      [this.word.textContent, trouble ? router.state.detail : ""].filter(Boolean).join(": "),
    );
    put(this.why, trouble ? troubleSentence(router, texts, this.page.clock) : "");
    set(this.why, "title", this.why.textContent);
    this.#mend = trouble ? mendFor(router, this.page.rights) : null;
    this.mend.hidden = this.#mend === null;
    if (this.#mend) put(this.mend, texts[`mend.${this.#mend}`]);
    this.#fillLines(trouble ? [] : (router.wan ?? []).slice(0, MOST_LINES));
    put(this.cells.model, [about?.model, about?.version?.split(" ")[0]].filter(Boolean).join(" · ") || "–");
    set(this.cells.model, "title", about?.version ? `RouterOS ${about.version}` : "");
    put(this.cells.uptime, about?.uptimeMs == null ? "–" : lasting(about.uptimeMs, texts, 1));
    setShare(this.cpu, about?.cpuPercent == null ? null : about.cpuPercent / 100, "load");
    setShare(this.memory, memoryShare(router), "load");
    put(this.cells.sessions, router.sessions == null ? "–" : number(router.sessions, lang, 0));
    if (this.manage) set(this.manage, "aria-label", fill(texts.fleet_manage, { name: router.name }));
    this.live();
  }

  /** What comes by the stream is written anew: rates, curves and how full the links are. */
  live() {
    const { feed, lang } = this.page;
    const router = this.#router;
    if (inTrouble(router)) return;
    const names = (router.wan ?? []).slice(0, MOST_LINES);
    if (names.length === 0) this.#lines[0].show(this.#unnamed());
    names.forEach((name, at) => {
      const line = { router: router.id, interface: name };
      const known = feed.line(line);
      let { down, up } = feed.rates(line);
      // Until the stream tells of it: what the list says of a router's only line.
      if (!known && names.length === 1) [down, up] = [router.downBps ?? null, router.upBps ?? null];
      this.#lines[at].show({
        name,
        facts: known?.facts ?? null,
        series: known?.series ?? null,
        down: rateParts(down, lang),
        up: rateParts(up, lang),
        share: known ? shareOf(known.facts, down, up) : null,
        edge: feed.router(router.id)?.t ?? null,
      });
    });
  }

  /** The room for curves has changed, or the colours have. */
  redraw() {
    for (const line of this.#lines) line.forget(this.width);
    this.live();
  }

  #standing(word, /** @type {RouterEntry} */ { state }) {
    const { texts } = this.page;
    if (word !== "late") return texts[`standing.${word}`];
    return `${texts["standing.late"]} ${lasting(state.ageMs, texts)}`;
  }

  /** Where no WAN is known there is still a line: with a dash in each place. */
  #fillLines(names) {
    const count = Math.max(1, names.length);
    while (this.#lines.length < count) {
      const line = new WanLine(this.page.texts);
      this.#lines.push(line);
      for (const [name, part] of Object.entries(line.parts)) this.cells[name].append(part);
    }
    this.#lines.forEach((line, at) => {
      line.resize(this.width);
      line.toggle(at < count);
    });
  }

  /** What the list says of a router whose WANs are not known by name; null where it says nothing. */
  #unnamed() {
    const { downBps = null, upBps = null } = this.#router;
    if (downBps === null && upBps === null) return null;
    const [down, up] = [downBps, upBps].map((bps) => rateParts(bps, this.page.lang));
    return { name: "", facts: null, series: null, down, up, share: null, edge: null };
  }

  #cell(name) {
    const cell = element("div", `cell at-${name}`);
    cell.setAttribute("role", "cell");
    this.root.append(cell);
    return cell;
  }

  #share(cell, label) {
    const made = makeShare();
    // Where a row has two lines there is no head above the figure.
    cell.append(element("span", "label", label), made.root);
    return made;
  }
}
