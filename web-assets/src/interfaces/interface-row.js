// A row of the list: name, type, state, current rates and the last two minutes. Rows are reused for other interfaces
// while scrolling.

import { element, put } from "../shared/elements.js";
import { faultWords } from "../data/fault-counts.js";
import { atLeast, speed } from "../shared/format.js";
import { Sparkline } from "../chart/sparkline.js";
/** @import { PointSeries } from "../data/point-series.js" */
/** @import { Direction, FaultCount } from "../data/types.js" */

const [SPARK_WIDTH, SPARK_HEIGHT] = [76, 40];
/** A comment of 4 KB is not for a line. */
const NOTE = 120;

export class InterfaceRow {
  constructor(texts, lang, id) {
    this.texts = texts;
    this.lang = lang;
    const root = (this.root = element("div", "option"));
    root.id = id;
    root.setAttribute("role", "option");
    root.dataset.testid = "picker-option";
    const [pick, tick] = [element("span", "pick"), element("span", "tick")];
    this.side = element("span", "side");
    pick.append(tick, this.side);
    const who = element("span", "who");
    const [name, note, state] = [element("bdi", "name"), element("span", "note"), element("span", "stand")];
    this.kind = element("span");
    this.comment = element("bdi");
    note.append(this.kind, this.comment);
    this.condition = element("span", "condition");
    this.faults = element("span", "faults");
    state.append(this.condition, this.faults);
    who.append(name, note, state);
    const canvas = element("canvas", "spark");
    const rates = element("span", "rates");
    this.down = element("span", "down");
    this.up = element("span", "up");
    this.use = element("span", "use");
    this.bar = element("i");
    this.share = element("span");
    this.use.append(this.bar, this.share);
    rates.append(this.down, this.up, this.use);
    // What changes at every tick is no part of the row's name; see `describe`.
    for (const part of [pick, canvas, rates]) part.setAttribute("aria-hidden", "true");
    root.append(pick, who, canvas, rates);
    this.name = name;
    this.spark = new Sparkline(canvas, SPARK_WIDTH, SPARK_HEIGHT);
    this.entry = null;
  }

  /** Shows another interface in this row. */
  show(entry) {
    if (this.entry === entry) return;
    this.entry = entry;
    const { texts } = this;
    this.spark.forget();
    this.root.dataset.interface = entry.name;
    put(this.name, entry.label);
    put(this.kind, entry.comment ? `${entry.type} · ` : entry.type);
    put(this.comment, entry.comment?.slice(0, NOTE) ?? "");
    put(this.condition, texts[entry.condition]);
    this.condition.dataset.is = entry.condition;
    this.root.classList.toggle("gone", entry.gone);
  }

  /** Its place among all rows, and whether it is chosen. */
  place(place, size, colour, full) {
    const { root } = this;
    set(root, "aria-posinset", place + 1);
    set(root, "aria-setsize", size);
    set(root, "aria-selected", colour !== null);
    set(root, "aria-disabled", full && colour === null);
    if (this.colour !== colour) {
      this.colour = colour;
      if (colour) root.style.setProperty("--colour", colour);
      else root.style.removeProperty("--colour");
    }
  }

  /**
   * What flows now.
   * @param {{down: number|null, up: number|null, side: Direction, faults: FaultCount, news: boolean,
   *   use: number|null, series: PointSeries}} now
   */
  paint({ down, up, side, faults, news, use, series }, edge, colour) {
    const { texts, lang } = this;
    const known = down !== null || up !== null;
    put(this.down, known ? `↓ ${speed(down, lang, 1)}` : "");
    put(this.up, known ? `↑ ${speed(up, lang, 1)}` : "");
    if (this.root.dataset.view !== side.view) {
      this.root.dataset.view = side.view;
      this.side.title =
        side.view === "customer"
          ? `${texts.view_customer}. ${texts.turn_network}`
          : `${texts.view_network}. ${texts.turn_customer}`;
    }
    const bad = faultWords(faults, texts);
    put(this.faults, bad && `⚠ ${bad}`);
    this.faults.classList.toggle("news", news);
    this.use.hidden = use === null;
    if (use !== null) {
      put(this.share, atLeast(`${Math.round(use * 100)} %`, down === null || up === null));
      set(this.use, "data-full", use >= 0.9);
      this.bar.style.setProperty("--use", Math.min(1, use).toFixed(3));
    }
    this.spark.draw(series, edge, this.colour ?? colour, side);
  }

  /** What flows, in words, for those who come to this row with the keys. */
  describe() {
    const parts = [
      this.down.textContent.replace("↓", this.texts.download),
      this.up.textContent.replace("↑", this.texts.upload),
    ];
    const view = this.root.dataset.view === "customer" ? this.texts.view_customer : this.texts.view_network;
    this.root.setAttribute("aria-description", [...parts, view, this.faults.textContent].filter(Boolean).join(", "));
  }
}

function set(target, name, value) {
  const text = String(value);
  if (target.getAttribute(name) !== text) target.setAttribute(name, text);
}
