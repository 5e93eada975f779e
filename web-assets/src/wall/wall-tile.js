// A tile of the wall: one line with its two figures and its curve, or several lines of several routers in one chart.
// It
// keeps its place whatever happens: trouble changes the tile.

import { element, put } from "../shared/elements.js";
import { rateParts, shortName } from "../shared/format.js";
import { sign } from "../shared/signs.js";
import { onCanvas, PALETTE } from "../chart/palette.js";
import { makeShare, set, setShare } from "../routers/share-rule.js";
import { LineCurve, sideOf } from "./line-curve.js";
/** @import { Line } from "../data/lines-feed.js" */
/** @import { PointSeries } from "../data/point-series.js" */
/** @import { Facts } from "../data/types.js" */

/**
 * What is known of a line of a tile.
 * @typedef {object} LineView
 * @property {string} key
 * @property {string} router what it is called
 * @property {string} name of the interface; empty where none is known
 * @property {Facts|null} facts
 * @property {PointSeries|null} series
 * @property {number|null} down bit/s
 * @property {number|null} up
 * @property {number|null} share 0 to 1
 * @property {string} trouble what it is called; empty where there is none
 */

/**
 * @typedef {object} TileView
 * @property {string|null} title
 * @property {LineView[]} lines
 * @property {boolean} bad all of it is down
 * @property {string} since how long it has been so
 * @property {string} last what was known last
 * @property {{from: number, to: number}} range ms
 */

export class WallTile {
  /** @type {{root: HTMLElement, name: HTMLElement, down: Rate, up: Rate, says: HTMLElement}[]} */
  #rows = [];

  constructor(/** @type {Record<string, string>} */ texts, /** @type {string} */ lang) {
    this.texts = texts;
    this.lang = lang;
    this.root = element("article", "tile");
    this.root.dataset.testid = "wall-tile";
    const head = element("header");
    this.name = element("bdi", "of");
    this.sub = element("bdi", "sub");
    this.hot = sign("s-hot", "st");
    this.share = makeShare();
    head.append(this.name, this.sub, this.hot, this.share.root);
    this.down = rate("↓", "down");
    this.up = rate("↑", "up");
    this.figures = element("div", "figures");
    this.figures.append(this.down.root, this.up.root);
    this.says = element("p", "says");
    this.cause = element("b");
    this.since = element("span", "since");
    this.says.append(sign("s-bad", "st"), this.cause, this.since);
    this.list = element("ul", "lines");
    const canvas = element("canvas");
    canvas.setAttribute("aria-hidden", "true");
    this.room = element("div", "room");
    this.room.append(canvas);
    this.last = element("p", "last");
    this.root.append(head, this.figures, this.says, this.list, this.room, this.last);
    this.curve = new LineCurve(canvas, { lineWidth: 2, dash: [5, 4], fill: 0.16 });
  }

  /** Its room for the curve is measured by whoever has changed it. */
  measure() {
    this.curve.resize(this.room.clientWidth, this.room.clientHeight);
  }

  show(/** @type {TileView} */ { title, lines, bad, since, last, range }) {
    const { lang } = this;
    const [first] = lines;
    const single = lines.length === 1;
    const shares = lines.flatMap(({ share }) => (share === null ? [] : [share]));
    const share = shares.length > 0 ? Math.max(...shares) : null;
    const hot = !bad && share !== null && share >= 0.8;
    set(this.root, "data-bad", bad);
    set(this.root, "data-hot", hot);
    set(this.root, "data-many", !single);
    set(this.root, "data-crowded", lines.length > 4);
    set(this.root, "data-key", lines.map(({ key }) => key).join(" "));
    put(this.name, title ?? (single ? first.router : [...new Set(lines.map(({ router }) => router))].join(", ")));
    const comment = single ? first.facts?.alias || first.facts?.comment || "" : "";
    put(this.sub, single ? [shortName(first.facts?.called ?? first.name), comment].filter(Boolean).join(" ") : "");
    set(this.root, "title", [this.name.textContent, this.sub.textContent].join(" ").trim());
    setShare(this.share, share, "link");
    const known = (way) => lines.flatMap((line) => (line[way] === null ? [] : [line[way]]));
    const sum = (way) => (known(way).length === 0 ? null : known(way).reduce((all, one) => all + one, 0));
    write(this.down, rateParts(sum("down"), lang), sum("down"));
    write(this.up, rateParts(sum("up"), lang), sum("up"));
    put(this.cause, bad ? (first.trouble ?? "") : "");
    put(this.since, bad ? since : "");
    put(this.last, bad ? last : "");
    this.#list(single ? [] : lines);
    const ink = (at) => (bad ? WHITE : onCanvas(PALETTE[single && hot ? 1 : at % PALETTE.length]));
    this.curve.draw(
      lines.flatMap(({ series, facts }, at) => (series ? [{ series, side: sideOf(facts), ink: ink(at) }] : [])),
      range,
    );
    set(this.root, "aria-label", `${this.name.textContent}: ${bad ? this.cause.textContent : words(this)}`);
  }

  recolour() {
    this.curve.forget();
  }

  /** Each line of several by its colour, its number, its name and its rates; one that is down by its cause. */
  #list(lines) {
    while (this.#rows.length < lines.length) this.#rows.push(this.#row(this.#rows.length));
    this.#rows.forEach(({ root }, at) => (root.hidden = at >= lines.length));
    lines.forEach(({ router, name, down, up, trouble, facts }, at) => {
      const row = this.#rows[at];
      put(row.name, [router, facts?.alias || shortName(facts?.called ?? name)].join(" · "));
      set(row.root, "data-bad", trouble !== "");
      put(row.says, trouble);
      write(row.down, trouble ? { number: "", unit: "" } : rateParts(down, this.lang), down);
      write(row.up, trouble ? { number: "", unit: "" } : rateParts(up, this.lang), up);
    });
  }

  #row(at) {
    const root = element("li");
    const key = element("i", "key", String(at + 1));
    key.style.setProperty("--colour", PALETTE[at % PALETTE.length]);
    const name = element("bdi");
    const says = element("span", "cause");
    const [down, up] = [rate("↓", "down"), rate("↑", "up")];
    root.append(key, name, says, down.root, up.root);
    this.list.append(root);
    return { root, name, down, up, says };
  }
}
/** On the red tile, in both themes. */
const WHITE = "#ffffff";

/** @typedef {{root: HTMLElement, number: HTMLElement, unit: HTMLElement}} Rate */

/** @returns {Rate} */
function rate(arrow, way) {
  const root = element("span", `figure ${way}`);
  const number = element("b");
  const unit = element("small");
  root.append(element("i", "", arrow), number, unit);
  return { root, number, unit };
}

function write(/** @type {Rate} */ part, { number, unit }, bps) {
  put(part.number, number);
  put(part.unit, unit);
  set(part.root, "data-bps", bps ?? "");
}

function words({ down, up }) {
  return [
    `download ${down.number.textContent} ${down.unit.textContent}`,
    `upload ${up.number.textContent} ${up.unit.textContent}`,
  ].join(", ");
}

/** @param {Line} line */
export function lineWords(line) {
  return `${line.router} · ${shortName(line.interface)}`;
}
