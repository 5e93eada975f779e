// A row of the list: a tick in the colour of its line, its state by its shape, name and comment, the last two minutes,
// what flows now, and how full it is. Rows are reused for other interfaces while scrolling.

import { Sparkline } from "../chart/sparkline.js";
import { faultWords } from "../data/fault-counts.js";
import { fullness } from "../data/partial-sums.js";
import { element, put } from "../shared/elements.js";
import { fill, speed } from "../shared/format.js";
import { sign, turn } from "../shared/signs.js";
import { RateCell, ShareCell } from "./rate-cell.js";
/** @import { PointSeries } from "../data/point-series.js" */
/** @import { Direction, FaultCount } from "../data/types.js" */
/** @import { Entry } from "./list-order.js" */

/** A comment of 4 KB is not for a line. */
const NOTE = 120;
/** The shape of each state; while nothing is known of the router, all have the one of the unknown. */
const SHAPES = { running: "s-up", down: "s-down", disabled: "s-off", gone: "s-bad", unknown: "s-unk" };

export class InterfaceRow {
  /** @type {string|null} */
  #stands = null;

  /** @param {{width: number, height: number}} spark px */
  constructor(texts, lang, id, spark) {
    this.texts = texts;
    this.lang = lang;
    const root = (this.root = element("div", "option"));
    root.id = id;
    root.setAttribute("role", "option");
    root.dataset.testid = "picker-option";
    const tick = element("span", "tick");
    this.stand = sign(SHAPES.unknown, "stand");
    const who = (this.who = element("span", "who"));
    this.name = element("bdi", "name");
    this.star = element("span", "star", "★");
    this.faults = element("span", "faults");
    const note = element("span", "note");
    this.condition = element("span", "word");
    this.comment = element("bdi");
    note.append(this.condition, this.comment);
    // The kind is said by the group's name; who hears the row alone hears it here.
    this.kind = element("span", "hidden");
    who.append(this.name, this.star, this.faults, this.kind, note);
    const more = element("span", "more");
    more.append(sign("i-more", "ico"));
    more.title = texts.line_menu;
    const canvas = element("canvas", "spark");
    const rates = element("span", "rates");
    this.down = new RateCell("down", lang);
    this.up = new RateCell("up", lang);
    rates.append(this.down.root, this.up.root);
    this.use = new ShareCell();
    // What changes at every tick is no part of the row's name; see `describe`.
    for (const part of [tick, this.star, more, canvas, rates, this.use.root]) part.setAttribute("aria-hidden", "true");
    root.append(tick, this.stand, who, more, canvas, rates, this.use.root);
    this.spark = new Sparkline(canvas, spark.width, spark.height);
    /** @type {Entry|null} */
    this.entry = null;
  }

  /** Shows another interface in this row. */
  show(entry) {
    if (this.entry === entry) return;
    this.entry = entry;
    const { texts, root } = this;
    this.spark.forget();
    root.dataset.interface = entry.name;
    put(this.name, entry.label);
    put(this.kind, entry.type);
    const note = entry.note.slice(0, NOTE);
    put(this.comment, note);
    const { condition } = entry;
    const since = entry.goneAt === null ? "" : clock(entry.goneAt, this.lang);
    const word = condition === "gone" && since ? fill(texts.gone_since, { time: since }) : texts[condition];
    put(this.condition, condition === "running" ? "" : word);
    this.condition.hidden = condition === "running";
    this.star.hidden = !entry.favourite;
    for (const [kind, on] of Object.entries({
      off: condition !== "running",
      gone: entry.gone,
      "put-away": entry.hidden,
    }))
      root.classList.toggle(kind, on);
    this.who.title = [entry.label, entry.called, note, `${entry.type}, ${word}`].filter(Boolean).join("\n");
    this.#stands = null;
  }

  /**
   * Its place among all rows, and whether it is chosen.
   * @param {string|null} colour of its line on the page
   */
  place(place, size, colour, full) {
    const { root } = this;
    set(root, "aria-posinset", place + 1);
    set(root, "aria-setsize", size);
    set(root, "aria-selected", colour !== null);
    set(root, "aria-disabled", full && colour === null);
    if (this.colour === colour) return;
    this.colour = colour;
    if (colour) root.style.setProperty("--colour", colour);
    else root.style.removeProperty("--colour");
  }

  /**
   * What flows now.
   * @param {{down: number|null, up: number|null, side: Direction, faults: FaultCount, news: boolean,
   *   use: {share: number, bps: number, of: string, partial: boolean}|null, series: PointSeries, away: boolean,
   *   unknown: boolean}} now `away`: of the router nothing is known now; `unknown`: and its states neither
   * @param {{edge: number, colour: string, ground: {line: string, hatch: string}}} pen
   */
  paint({ down, up, side, faults, news, use, series, away, unknown }, pen) {
    const { texts, lang, root, entry } = this;
    this.down.show(down);
    this.up.show(up);
    if (root.dataset.view !== side.view) root.dataset.view = side.view;
    const stands = unknown ? "unknown" : entry.condition;
    if (this.#stands !== stands) {
      this.#stands = stands;
      this.stand.dataset.is = stands;
      turn(this.stand, SHAPES[stands]);
    }
    const bad = faultWords(faults, texts);
    const said = bad && news ? `⚠ ${bad}` : bad ? "⚠" : "";
    put(this.faults, said);
    if (bad !== (this.bad ?? "")) {
      this.bad = bad;
      this.faults.title = bad && `${bad} ${texts.since_opened}`;
    }
    this.faults.classList.toggle("news", news);
    if (use === null) this.use.show(null);
    else {
      const title = fill(texts[use.of === "package" ? "use_package" : "use"], {
        n: Math.round(use.share * 100),
        link: speed(use.bps, lang, 0),
      });
      this.use.show(use.share, { partial: use.partial, level: fullness(use.share), title });
    }
    this.spark.draw(series, { ...pen, side, away });
  }

  /** What flows, in words, for those who come to this row with the keys. */
  describe() {
    const { texts } = this;
    const view = this.root.dataset.view === "customer" ? texts.view_customer : texts.view_network;
    const use = this.use.root.classList.contains("none") ? "" : this.use.root.title;
    const parts = [
      `${texts.download} ${this.down.words}`,
      `${texts.upload} ${this.up.words}`,
      use,
      view,
      this.star.hidden ? "" : texts.favourite,
      this.faults.title,
    ];
    this.root.setAttribute("aria-description", parts.filter(Boolean).join(", "));
  }
}

function set(target, name, value) {
  const text = String(value);
  if (target.getAttribute(name) !== text) target.setAttribute(name, text);
}

/** When it was noticed, as a clock says it. */
function clock(at, lang) {
  const locale = lang === "id" ? "id-ID" : "en-GB";
  return new Intl.DateTimeFormat(locale, { hour: "2-digit", minute: "2-digit" }).format(at).replace(".", ":");
}
