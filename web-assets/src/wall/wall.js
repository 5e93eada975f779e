// The wall over routers: a page of tiles, all WANs of all routers or a saved layout. Live by one stream; it turns its
// pages, moves a little each hour, and makes a sound when something falls, where somebody asked for it.

import { fullScreen, wallMode } from "../app/wall-mode.js";
import { api } from "../shared/api.js";
import { lineKey } from "../data/lines-feed.js";
import { ordered } from "../routers/router-summary.js";
import { FallSound } from "./fall-sound.js";
import { Falls } from "./falls.js";
import { allWans, loadLayouts } from "./layouts.js";
import { WallFrame } from "./wall-frame.js";
import { gridFor, inPlace, pagesOf, SHIFT_MS, shiftAt, tileKey, wanTiles } from "./wall-pages.js";
import { WallTile } from "./wall-tile.js";
import { WallView } from "./wall-view.js";
/** @import { RouterEntry } from "../data/types.js" */
/** @import { Layout } from "./layouts.js" */

/** What comes by the stream is written so often, ms. */
const WRITE = 1_000;
/** The stream brings so much of the past by itself, s; more is asked for, a router each so many ms. */
const STREAMED = 600;
const PAST_PAUSE = 150;

const root = document.documentElement;

export class Wall {
  /** @type {RouterEntry[]} */
  #routers = [];
  /** @type {Layout[]} */
  #layouts = [];
  /** @type {Layout} */
  #layout;
  /** @type {import("./wall-pages.js").Tile[]} */
  #tiles = [];
  /** @type {import("./wall-pages.js").Tile[][]} */
  #pages = [[]];
  #page = 0;
  #grid = { columns: 1, rows: 1 };
  /** @type {WallTile[]} */
  #shown = [];
  #writing = null;
  #turning = null;
  #falls = new Falls();
  #over = false;
  /** The server does not answer: nothing of what is shown is now. */
  #away = false;
  #asked = new Set();

  /**
   * @param {object} page
   * @param {HTMLElement} page.root
   * @param {Record<string, string>} page.texts
   * @param {string} page.lang
   * @param {import("../data/lines-feed.js").LinesFeed} page.feed
   * @param {(date: Date) => string} page.clock
   * @param {() => import("../data/types.js").Me|null} page.account who looks
   * @param {() => void} page.left back to the table
   */
  constructor({ root: place, texts, lang, feed, clock, account, left }) {
    this.texts = texts;
    this.lang = lang;
    this.feed = feed;
    this.account = account;
    this.left = left;
    this.sound = new FallSound();
    this.view = new WallView({ feed, texts, lang, clock });
    this.#layout = allWans(texts.fleet_all_wans);
    this.frame = new WallFrame(place, { texts, lang, sound: this.sound }, this.#actions());
    this.frame.kinds({ layouts: [], chosen: null, editing: false });
    if (new URLSearchParams(location.search).has("kiosk")) this.#kiosk(true);
    this.endClock = wallMode(this.frame.clock, lang, { always: true });
    this.resizing = new ResizeObserver(() => this.#arrange());
    this.resizing.observe(this.frame.tiles);
    this.keys = (event) => this.#key(event);
    document.addEventListener("keydown", this.keys);
    this.shifting = setInterval(() => this.#shift(), SHIFT_MS / 60);
    // What counts up goes on where nothing comes.
    this.beating = setInterval(() => this.#soon(), 2 * WRITE);
    this.#shift();
    this.#load();
  }

  /** What the server says of the routers now. */
  show(routers) {
    this.#routers = routers;
    this.view.routers(routers);
    this.frame.kinds(this.#kinds());
    this.#retile();
  }

  /** Something of a router came by the stream. */
  changed(_router) {
    this.#soon();
  }

  /** Whether the server has stopped to answer. */
  away(yes) {
    if (yes === this.#away) return;
    this.#away = yes;
    this.#write();
  }

  recolour() {
    for (const tile of this.#shown) tile.recolour();
    this.#write();
  }

  close() {
    this.#over = true;
    for (const timer of [this.shifting, this.beating, this.#turning]) clearInterval(timer);
    clearTimeout(this.#writing);
    this.resizing.disconnect();
    document.removeEventListener("keydown", this.keys);
    this.endClock();
    this.#kiosk(false);
    this.frame.clear();
  }

  #actions() {
    return {
      choose: (id) =>
        this.#choose(this.#layouts.find((layout) => layout.id === id) ?? allWans(this.texts.fleet_all_wans)),
      edit: (opener) => this.#edit(opener),
      page: (at) => this.#turn(at),
      kiosk: () => this.#kiosk(!root.hasAttribute("data-kiosk")),
      left: () => this.left(),
    };
  }

  async #load() {
    const wanted = new URLSearchParams(location.search).get("layout");
    try {
      this.#layouts = await loadLayouts();
    } catch (error) {
      // An older server keeps none; then there are all WANs.
      console.info(`Layouts are not known: ${error.message}`);
    }
    if (this.#over) return;
    const found = this.#layouts.find(({ id }) => id === wanted);
    if (found) this.#choose(found);
    else if (wanted !== null) this.frame.say(this.texts.wall_no_layout);
    this.frame.kinds(this.#kinds());
  }

  #kinds() {
    const who = this.account();
    // Whoever has an account may keep layouts; so may who sits at the machine.
    const editing = who !== null && (who.state === "in" || who.role === "administrator");
    return { layouts: this.#layouts, chosen: this.#layout.id, editing };
  }

  #choose(layout) {
    this.#layout = layout;
    const url = new URL(location.href);
    if (layout.id === null) url.searchParams.delete("layout");
    else url.searchParams.set("layout", layout.id);
    if (!url.searchParams.has("kiosk")) url.searchParams.set("view", "wall");
    history.replaceState(null, "", url);
    this.#tiles = [];
    this.#page = 0;
    this.#falls = new Falls();
    this.frame.kinds(this.#kinds());
    this.#retile();
  }

  async #edit(opener) {
    const { editLayout } = await import("./layout-editor.js");
    editLayout({
      texts: this.texts,
      lang: this.lang,
      routers: this.#routers,
      layout: this.#layout,
      tiles: this.#tiles,
      opener,
      saved: (layout) => {
        this.#layouts = [...this.#layouts.filter(({ id }) => id !== layout.id), layout];
        this.#choose(layout);
      },
      removed: (id) => {
        this.#layouts = this.#layouts.filter((layout) => layout.id !== id);
        this.#choose(allWans(this.texts.fleet_all_wans));
      },
    });
  }

  #retile() {
    const wanted = this.#layout.tiles ?? wanTiles(ordered(this.#routers, "name"));
    const tiles = this.#layout.tiles ? wanted : inPlace(this.#tiles, wanted);
    const same =
      tiles.length === this.#tiles.length && tiles.every((tile, at) => tileKey(tile) === tileKey(this.#tiles[at]));
    this.#tiles = tiles;
    if (!same) {
      const lines = tiles.flatMap((tile) => tile.lines);
      this.feed.keepMs = this.#layout.windowSeconds * 1_000;
      this.feed.watch(lines);
      this.#past(lines);
      this.#arrange();
    } else this.#soon();
  }

  /** What is further back than a stream brings is asked for once, a router after the other. */
  async #past(lines) {
    if (this.#layout.windowSeconds <= STREAMED) return;
    const byRouter = new Map();
    for (const line of lines) {
      if (this.#asked.has(lineKey(line))) continue;
      this.#asked.add(lineKey(line));
      byRouter.set(line.router, [...(byRouter.get(line.router) ?? []), line.interface]);
    }
    for (const [router, names] of byRouter) {
      const asked = new URLSearchParams({ router, window: String(this.#layout.windowSeconds) });
      for (const name of names) asked.append("interface", name);
      await new Promise((then) => setTimeout(then, PAST_PAUSE));
      if (this.#over) return;
      try {
        this.feed.past(router, await api.get(`/api/v1/window?${asked}`));
      } catch (error) {
        console.info(`The past of ${router} is not known: ${error.message}`);
      }
    }
  }

  /** Pages and tiles anew: other tiles, or another room. */
  #arrange() {
    const room = { width: this.frame.tiles.clientWidth, height: this.frame.tiles.clientHeight };
    if (room.width === 0) return;
    this.#grid = gridFor(this.#tiles.length, room);
    this.#pages = pagesOf(this.#tiles, this.#grid);
    this.#turn(Math.min(this.#page, this.#pages.length - 1));
  }

  #turn(at) {
    this.#page = (at + this.#pages.length) % this.#pages.length;
    const tiles = this.#pages[this.#page];
    const { columns, rows } = this.#grid;
    this.frame.grid(columns, rows);
    while (this.#shown.length < tiles.length) this.#shown.push(new WallTile(this.texts, this.lang));
    this.#shown.length = tiles.length;
    this.frame.tiles.replaceChildren(...this.#shown.map(({ root }) => root));
    this.#write();
    for (const tile of this.#shown) tile.measure();
    this.#write();
    clearInterval(this.#turning);
    if (this.#pages.length < 2) return;
    this.#turning = setInterval(() => {
      // Under a hand, or a key, nothing turns.
      if (!this.frame.held()) this.#turn(this.#page + 1);
    }, this.#layout.rotateSeconds * 1_000);
  }

  #soon() {
    if (document.hidden || this.#over) return;
    this.#writing ??= setTimeout(() => this.#write(), WRITE);
  }

  #write() {
    clearTimeout(this.#writing);
    this.#writing = null;
    const windowMs = this.#layout.windowSeconds * 1_000;
    this.#pages[this.#page].forEach((tile, at) => this.#shown[at]?.show(this.view.tile(tile, windowMs)));
    const fallen = this.#falls.look(this.view.falls(this.#tiles));
    if (fallen.length > 0) this.sound.play();
    this.frame.facts({
      name: this.#layout.name,
      ...this.view.sums(this.#tiles),
      ...this.view.standings(this.#tiles),
      page: this.#page,
      pages: this.#pages.length,
      rotateSeconds: this.#layout.rotateSeconds,
      windowSeconds: this.#layout.windowSeconds,
      empty: this.#tiles.length === 0,
      away: this.#away,
    });
  }

  #shift() {
    const { x, y } = shiftAt(Date.now());
    this.frame.tiles.style.transform = `translate(${x}px, ${y}px)`;
  }

  #kiosk(on) {
    if (root.hasAttribute("data-kiosk") !== on) {
      root.toggleAttribute("data-kiosk", on);
      fullScreen(on);
    }
    if (this.#over) return;
    const url = new URL(location.href);
    if (on) url.searchParams.set("kiosk", "");
    else url.searchParams.delete("kiosk");
    if (!on && !url.searchParams.has("layout")) url.searchParams.set("view", "wall");
    history.replaceState(null, "", url);
  }

  #key(event) {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.target instanceof Element && event.target.closest("input, select, textarea, dialog")) return;
    const keys = {
      f: () => this.#kiosk(!root.hasAttribute("data-kiosk")),
      Escape: () => root.hasAttribute("data-kiosk") && this.#kiosk(false),
      ArrowRight: () => this.#turn(this.#page + 1),
      ArrowLeft: () => this.#turn(this.#page - 1),
    };
    const run = keys[event.key.length === 1 ? event.key.toLowerCase() : event.key];
    if (!run) return;
    event.preventDefault();
    run();
  }
}
