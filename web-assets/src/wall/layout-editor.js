// The editor of a wall's layout: which lines stand on which tile, in which order, under which name. By mouse
// (buttons,
// dragging tiles) and by keys (the same buttons, and Alt with the arrows on a tile).

import { api } from "../shared/api.js";
import { leaveForLogin } from "../account/auth.js";
import { dialog } from "../shared/dialog.js";
import { element, put } from "../shared/elements.js";
import { button, field, input, select, sentence } from "../shared/form.js";
import { fill, shortName } from "../shared/format.js";
import { lineKey } from "../data/lines-feed.js";
import { MOST_LINES, MOST_TILES, removeLayout, saveLayout } from "./layouts.js";
/** @import { RouterEntry, Texts } from "../data/types.js" */
/** @import { Layout } from "./layouts.js" */
/** @import { Tile } from "./wall-pages.js" */

/** So many lines are offered at once: a search finds the others. */
const MOST_OFFERED = 200;
const ROTATIONS = [10, 20, 30, 60, 120];
const WINDOWS = [300, 900, 1_800, 3_600];

/**
 * @param {object} page
 * @param {Texts} page.texts
 * @param {string} page.lang
 * @param {RouterEntry[]} page.routers
 * @param {Layout} page.layout what is shown now
 * @param {Tile[]} page.tiles its tiles
 * @param {HTMLElement} page.opener
 * @param {(layout: Layout) => void} page.saved
 * @param {(id: string) => void} page.removed
 */
export function editLayout(page) {
  new LayoutEditor(page);
}

class LayoutEditor {
  /** @type {Tile[]} */
  #tiles;
  /** The tile that the next line goes to; null for one of its own. */
  #chosen = null;
  /** What there is to choose, of each router. */
  #offers = new Map();
  #dragged = null;
  /** Which layout is saved over: somebody else's is not. */
  #own = null;

  constructor(page) {
    this.page = page;
    const { texts, layout, tiles, opener } = page;
    this.#own = layout.editable === false ? null : layout.id;
    this.#tiles = tiles
      .filter(({ lines }) => lines.length > 0)
      .map(({ title, lines }) => ({ title, lines: [...lines] }));
    const { root, body, open } = dialog("wall-editor", layout.id === null ? texts.wall_new : layout.name, texts.close);
    this.root = root;
    root.addEventListener("close", () => {
      root.remove();
      opener.focus();
    });
    this.name = input({ name: "name", type: "text", maxlength: 60, required: true });
    this.name.value = layout.id === null ? "" : layout.name;
    this.rotate = select(
      "rotate",
      ROTATIONS.map((n) => [String(n), fill(texts["span.s"], { n })]),
    );
    this.rotate.value = String(near(ROTATIONS, layout.rotateSeconds));
    this.window = select(
      "window",
      WINDOWS.map((n) => [String(n), fill(texts["span.m"], { n: n / 60 })]),
    );
    this.window.value = String(near(WINDOWS, layout.windowSeconds));
    this.shared = input({ name: "shared", type: "checkbox" });
    this.shared.checked = layout.shared === true;
    const shared = element("label", "shared");
    shared.append(this.shared, texts.wall_shared);
    const facts = element("div", "editor-facts");
    facts.append(
      field(texts.wall_name, this.name),
      field(texts.wall_rotate, this.rotate),
      field(texts.wall_window, this.window),
      shared,
    );
    this.said = element("p", "wrong");
    this.said.setAttribute("role", "alert");
    const columns = element("div", "editor-columns");
    columns.append(this.#choices(), this.#board());
    body.append(facts, columns, this.said, this.#buttons());
    this.#show();
    this.#offer();
    open();
    this.name.focus();
  }

  #choices() {
    const { texts } = this.page;
    const root = element("section", "choices");
    this.search = input({ type: "search", name: "find", autocomplete: "off", spellcheck: "false" });
    this.search.dataset.testid = "editor-search";
    this.search.placeholder = texts.wall_find;
    this.search.setAttribute("aria-label", texts.wall_find);
    this.search.addEventListener("input", () => this.#showOffers());
    // The first that fits is taken by Enter: a name, Enter, the next name.
    this.search.addEventListener("keydown", (event) => {
      if (event.key !== "Enter") return;
      event.preventDefault();
      /** @type {HTMLButtonElement|null} */ (this.offers.querySelector("button"))?.click();
    });
    this.offers = element("ul", "offers");
    root.append(element("h3", "", texts.wall_lines), this.search, this.offers);
    return root;
  }

  #board() {
    const { texts } = this.page;
    const root = element("section", "board");
    this.list = element("ol", "editor-tiles");
    this.list.dataset.testid = "editor-tiles";
    const head = element("h3", "", texts.wall_tiles);
    const clear = button(texts.wall_clear, "editor-clear", () => {
      this.#tiles = [];
      this.#chosen = null;
      this.#show();
    });
    head.append(clear);
    root.append(head, element("p", "note", texts.wall_how), this.list);
    this.list.addEventListener("dragover", (event) => this.#dragged !== null && event.preventDefault());
    return root;
  }

  #buttons() {
    const { texts, layout, removed } = this.page;
    const actions = element("div", "actions");
    this.save = button(texts.wall_save, "editor-save", () => this.#save(this.#own), "main");
    actions.append(this.save);
    if (layout.id !== null) {
      const link = button(texts.wall_link, "editor-link", async () => {
        const url = new URL(location.href);
        url.search = new URLSearchParams({ layout: layout.id }).toString();
        try {
          await navigator.clipboard.writeText(url.href);
          put(link, texts.copied);
        } catch {
          put(this.said, url.href); // no clipboard without TLS: it can be copied by hand
        }
      });
      actions.append(link);
    }
    if (this.#own !== null)
      actions.append(
        button(texts.wall_save_new, "editor-save-new", () => this.#save(null)),
        button(
          texts.wall_remove,
          "editor-remove",
          async () => {
            try {
              await removeLayout(layout.id);
              this.root.close();
              removed(layout.id);
            } catch (error) {
              if (!leaveForLogin(error)) put(this.said, sentence(error, texts));
            }
          },
          "bad",
        ),
      );
    return actions;
  }

  async #save(id) {
    const { texts, saved } = this.page;
    const name = this.name.value.trim();
    if (name === "") {
      put(this.said, texts.wall_needs_name);
      this.name.focus();
      return;
    }
    if (this.#tiles.length === 0) return put(this.said, texts.wall_needs_tile);
    this.save.disabled = true;
    try {
      const layout = await saveLayout({
        id,
        name,
        shared: this.shared.checked,
        tiles: this.#tiles,
        rotateSeconds: Number(this.rotate.value),
        windowSeconds: Number(this.window.value),
      });
      this.root.close();
      saved(layout);
    } catch (error) {
      if (!leaveForLogin(error)) put(this.said, sentence(error, texts));
      this.save.disabled = false;
    }
  }

  // ===== what there is =====

  /** The WANs at once, from the list of routers; the other lines when the routers have told of them. */
  async #offer() {
    const { routers } = this.page;
    const on = routers.filter(({ enabled }) => enabled !== false);
    for (const { id, name, wan } of on)
      this.#offers.set(id, { name, lines: (wan ?? []).map((key) => ({ key, name: key, comment: "", wan: true })) });
    this.#showOffers();
    for (const { id, name, wan } of on) {
      if (!this.root.isConnected) return;
      try {
        const { interfaces } = await api.get(`/api/v1/interfaces?router=${encodeURIComponent(id)}`);
        const lines = interfaces.map(({ key, name, comment }) => ({
          key: key ?? name,
          name,
          comment: comment ?? "",
          wan: wan?.includes(key ?? name) ?? false,
        }));
        this.#offers.set(id, { name, lines: lines.sort((a, b) => Number(b.wan) - Number(a.wan)) });
        this.#showOffers();
      } catch (error) {
        if (leaveForLogin(error)) return;
        console.info(`The lines of ${id} are not known: ${error.message}`);
      }
    }
  }

  #showOffers() {
    const words = this.search.value.trim().toLowerCase().split(/\s+/);
    const found = [];
    for (const [router, { name, lines }] of this.#offers)
      for (const line of lines) {
        const text = `${name} ${line.name} ${line.comment}`.toLowerCase();
        if (words.every((word) => text.includes(word))) found.push({ router, called: name, ...line });
      }
    // Without a search the WANs of all routers come before the other lines.
    found.sort((a, b) => Number(b.wan) - Number(a.wan));
    this.offers.replaceChildren(...found.slice(0, MOST_OFFERED).map((one) => this.#offerOf(one)));
  }

  #offerOf({ router, called, key, name, comment, wan }) {
    const item = element("li");
    const add = button("", "editor-add", () => this.#add({ router, interface: key }));
    add.append(element("bdi", "name", `${called} · ${shortName(name)}`), element("bdi", "note", comment));
    if (wan) add.append(element("span", "kind", "WAN"));
    add.dataset.line = lineKey({ router, interface: key });
    item.append(add);
    return item;
  }

  #add(line) {
    const tile = this.#chosen;
    if (tile !== null && tile.lines.length < MOST_LINES) {
      if (!tile.lines.some((one) => lineKey(one) === lineKey(line))) tile.lines.push(line);
    } else if (this.#tiles.length < MOST_TILES) this.#tiles.push({ title: null, lines: [line] });
    else put(this.said, fill(this.page.texts.wall_most, { n: MOST_TILES }));
    this.#show();
  }

  // ===== what is on the wall =====

  #show(focus = null) {
    this.list.replaceChildren(...this.#tiles.map((tile, at) => this.#tile(tile, at)));
    if (focus !== null) /** @type {HTMLElement} */ (this.list.children[focus])?.focus();
  }

  #tile(tile, at) {
    const { texts } = this.page;
    const root = element("li", "editor-tile");
    root.tabIndex = 0;
    root.draggable = true;
    root.dataset.testid = "editor-tile";
    root.setAttribute("aria-label", `${at + 1}: ${tile.lines.map((line) => this.#words(line)).join(", ")}`);
    root.classList.toggle("chosen", tile === this.#chosen);
    const head = element("div", "editor-tile-head");
    const title = input({ type: "text", maxlength: 60, "aria-label": texts.wall_title });
    title.placeholder = texts.wall_title;
    title.value = tile.title ?? "";
    title.addEventListener("input", () => (tile.title = title.value.trim() || null));
    const to = button(texts.wall_add_here, "editor-choose", () => {
      this.#chosen = tile === this.#chosen ? null : tile;
      this.#show(at);
    });
    to.setAttribute("aria-pressed", String(tile === this.#chosen));
    const small = (word, label, testid, run) => {
      const made = button(word, testid, run, "bare icon");
      made.setAttribute("aria-label", label);
      made.title = label;
      return made;
    };
    head.append(
      element("span", "place", String(at + 1)),
      title,
      to,
      small("↑", texts.wall_earlier, "editor-up", () => this.#move(at, at - 1)),
      small("↓", texts.wall_later, "editor-down", () => this.#move(at, at + 1)),
      small("×", texts.wall_drop, "editor-drop", () => {
        this.#tiles.splice(at, 1);
        if (tile === this.#chosen) this.#chosen = null;
        this.#show(Math.min(at, this.#tiles.length - 1));
      }),
    );
    const lines = element("ul", "editor-lines");
    tile.lines.forEach((line, place) => {
      const item = element("li");
      const away = small("×", fill(texts.remove, { name: this.#words(line) }), "editor-line-drop", () => {
        tile.lines.splice(place, 1);
        if (tile.lines.length === 0) this.#tiles.splice(at, 1);
        this.#show(Math.min(at, this.#tiles.length - 1));
      });
      item.append(element("bdi", "", this.#words(line)), away);
      lines.append(item);
    });
    root.append(head, lines);
    root.addEventListener("keydown", (event) => {
      if (event.target !== root) return;
      if (event.altKey && (event.key === "ArrowUp" || event.key === "ArrowDown")) {
        event.preventDefault();
        this.#move(at, at + (event.key === "ArrowUp" ? -1 : 1));
      } else if (event.key === "Delete") {
        this.#tiles.splice(at, 1);
        this.#show(Math.min(at, this.#tiles.length - 1));
      } else if (event.key === "Enter") to.click();
    });
    root.addEventListener("dragstart", () => (this.#dragged = at));
    root.addEventListener("dragend", () => (this.#dragged = null));
    root.addEventListener("drop", (event) => {
      event.preventDefault();
      if (this.#dragged !== null) this.#move(this.#dragged, at);
      this.#dragged = null;
    });
    return root;
  }

  #move(from, to) {
    if (to < 0 || to >= this.#tiles.length) return;
    const [tile] = this.#tiles.splice(from, 1);
    this.#tiles.splice(to, 0, tile);
    this.#show(to);
  }

  #words({ router, interface: name }) {
    const called = this.page.routers.find(({ id }) => id === router)?.name ?? router;
    return `${called} · ${shortName(name)}`;
  }
}

/** The one of these that is nearest. */
function near(all, wanted) {
  return all.reduce((best, one) => (Math.abs(one - wanted) < Math.abs(best - wanted) ? one : best));
}
