// What stands around the tiles of the wall: the sums and how it stands above, the controls, the pages and the date
// below.
// Without controls on a wall that nobody touches.

import { element, put } from "../shared/elements.js";
import { button } from "../shared/form.js";
import { fill, number, rateParts } from "../shared/format.js";
import { sign } from "../shared/signs.js";
/** @import { Layout } from "./layouts.js" */
/** @import { FallSound } from "./fall-sound.js" */

/** A key or a hand was here so long ago, ms: nothing turns under it. */
const HELD = 8_000;
/** More pages than this are told in words alone. */
const MOST_DOTS = 8;

export class WallFrame {
  #touched = -Infinity;
  #dots = [];

  /**
   * @param {HTMLElement} root
   * @param {{texts: Record<string, string>, lang: string, sound: FallSound}} page
   * @param {{choose: (id: string|null) => void, edit: (opener: HTMLElement) => void, page: (at: number) => void,
   * kiosk:
   *   () => void, left: () => void}} act
   */
  constructor(root, { texts, lang, sound }, act) {
    this.root = root;
    this.texts = texts;
    this.lang = lang;
    this.act = act;
    this.tiles = element("div", "tiles");
    this.tiles.dataset.testid = "wall-tiles";
    root.replaceChildren(this.#head(), this.#controls(sound), this.tiles, this.#foot());
    for (const kind of ["pointermove", "pointerdown", "keydown"])
      root.addEventListener(kind, () => (this.#touched = performance.now()), { passive: true });
  }

  /** Whether somebody is at it. */
  held() {
    return performance.now() - this.#touched < HELD || document.querySelector("dialog[open]") !== null;
  }

  grid(columns, rows) {
    this.tiles.style.setProperty("--columns", String(columns));
    this.tiles.style.setProperty("--rows", String(rows));
  }

  /** A word to whoever looks, in the place of the layout's name. */
  say(text) {
    put(this.said, text);
  }

  clear() {
    this.root.replaceChildren();
  }

  /** @param {{layouts: Layout[], chosen: string|null, editing: boolean}} kinds */
  kinds({ layouts, chosen, editing }) {
    const options = [[null, this.texts.fleet_all_wans], ...layouts.map(({ id, name }) => [id, name])];
    const now = JSON.stringify(options);
    if (this.select.dataset.options !== now) {
      this.select.dataset.options = now;
      this.select.replaceChildren(
        ...options.map(([id, name]) => {
          const option = element("option", "", name);
          option.value = id ?? "";
          return option;
        }),
      );
    }
    this.select.value = chosen ?? "";
    this.edit.hidden = !editing;
  }

  /**
   * @param {{name: string, down: number|null, up: number|null, unknown: number, live: number, troubles: {name:
   * string,
   *   trouble: string}[], page: number, pages: number, rotateSeconds: number, windowSeconds: number, empty:
   *   boolean, away: boolean}}
   * now
   */
  facts({ name, down, up, unknown, live, troubles, page, pages, rotateSeconds, windowSeconds, empty, away }) {
    const { texts, lang } = this;
    put(this.title, name);
    for (const [part, bps] of /** @type {const} */ ([
      [this.down, down],
      [this.up, up],
    ])) {
      const { number, unit } = rateParts(bps, lang);
      put(part.number, number);
      put(part.unit, unit);
    }
    put(this.unknown, unknown > 0 ? fill(texts.wall_without, { n: unknown }) : "");
    this.tiles.toggleAttribute("data-away", away);
    this.live.hidden = live === 0 || away;
    put(this.liveCount, number(live, lang, 0));
    this.bad.hidden = troubles.length === 0 && !away;
    const [first] = troubles;
    let words = "";
    if (away) words = texts["trouble.server"];
    else if (troubles.length === 1) words = `${first.trouble}: ${first.name}`;
    else if (troubles.length > 1) words = fill(texts.fleet_pill, { n: troubles.length });
    put(this.badWords, words);
    put(this.pages, pages > 1 ? fill(texts.wall_pages, { n: page + 1, all: pages, s: rotateSeconds }) : "");
    put(this.span, fill(texts.wall_span, { n: Math.round(windowSeconds / 60) }));
    put(this.date, today(lang));
    this.#showDots(page, pages);
    this.empty.hidden = !empty;
  }

  #head() {
    const { texts } = this;
    const head = element("header", "wall-head");
    this.title = element("h1");
    this.down = figure("↓");
    this.up = figure("↑");
    this.down.root.dataset.testid = "wall-down";
    this.up.root.dataset.testid = "wall-up";
    this.unknown = element("span", "unknown");
    const live = texts["standing.live"];
    this.live = element("span", "pill live");
    this.liveCount = element("b");
    this.live.append(sign("s-up", "st"), this.liveCount, ` ${live.toLowerCase()}`);
    this.bad = element("span", "pill bad");
    this.bad.setAttribute("role", "status");
    this.bad.dataset.testid = "wall-bad";
    this.badWords = element("b");
    this.bad.append(sign("s-bad", "st"), this.badWords);
    this.said = element("span", "said");
    this.said.setAttribute("role", "status");
    this.clock = element("time", "wall-clock");
    head.append(this.title, this.down.root, this.up.root, this.unknown, this.live, this.bad, this.said);
    head.append(element("span", "grow"), this.clock);
    return head;
  }

  #controls(sound) {
    const { texts, act } = this;
    const bar = element("div", "tools wall-tools");
    this.select = element("select");
    this.select.dataset.testid = "wall-layout";
    this.select.setAttribute("aria-label", texts.wall_layout);
    this.select.addEventListener("change", () => act.choose(this.select.value || null));
    this.edit = button(texts.wall_edit, "wall-edit", (event) => act.edit(/** @type {HTMLElement} */ (event.target)));
    this.edit.hidden = true;
    const heard = () => heardButton.setAttribute("aria-pressed", String(sound.on));
    const heardButton = button(texts.wall_sound, "wall-sound", () => {
      sound.toggle();
      heard();
    });
    heardButton.classList.add("chip");
    heard();
    const views = element("span", "seg");
    views.setAttribute("role", "group");
    views.setAttribute("aria-label", texts.fleet_view);
    const table = button(texts.fleet_table, "wall-table", () => act.left());
    const wall = button(texts.fleet_wall, "wall-here", null);
    table.setAttribute("aria-pressed", "false");
    wall.setAttribute("aria-pressed", "true");
    views.append(table, wall);
    const full = button(texts.wall_full, "wall-full", () => act.kiosk());
    bar.append(this.select, this.edit, heardButton, element("span", "grow"), views, full);
    return bar;
  }

  #foot() {
    const { texts } = this;
    const foot = element("footer", "wall-foot");
    this.dots = element("span", "dots");
    this.pages = element("span");
    this.span = element("span");
    this.date = element("span");
    this.empty = element("p", "blank", texts.wall_empty);
    const key = (kind, word) => {
      const made = element("span", "way");
      made.append(element("i", kind), word);
      return made;
    };
    foot.append(this.dots, this.pages, this.span, key("down", "download"), key("up", "upload"));
    foot.append(element("span", "grow"), this.date);
    this.root.append(this.empty);
    return foot;
  }

  #showDots(page, pages) {
    const wanted = pages > 1 && pages <= MOST_DOTS ? pages : 0;
    while (this.#dots.length < wanted) {
      const at = this.#dots.length;
      const dot = button("", "wall-page", () => this.act.page(at));
      dot.setAttribute("aria-label", fill(this.texts.wall_page, { n: at + 1 }));
      this.#dots.push(dot);
      this.dots.append(dot);
    }
    while (this.#dots.length > wanted) this.#dots.pop().remove();
    this.#dots.forEach((dot, at) => {
      if (at === page) dot.setAttribute("aria-current", "true");
      else dot.removeAttribute("aria-current");
    });
  }
}

function figure(arrow) {
  const root = element("span", "sum");
  const number = element("b");
  const unit = element("small");
  root.append(element("i", "", arrow), number, unit);
  return { root, number, unit };
}

/** "Kamis 26 November 2026, WIB". */
function today(lang) {
  const locale = lang === "id" ? "id-ID" : "en-GB";
  const day = new Intl.DateTimeFormat(locale, { weekday: "long", day: "numeric", month: "long", year: "numeric" });
  const zone = new Intl.DateTimeFormat(locale, { timeZoneName: "short" });
  const part = zone.formatToParts(new Date()).find(({ type }) => type === "timeZoneName")?.value ?? "";
  return [day.format(new Date()).replace(",", ""), part].filter(Boolean).join(", ");
}
