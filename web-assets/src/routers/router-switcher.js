// The router's name in the header. With several routers it is a button that opens a searchable list of them.

import { api } from "../shared/api.js";
import { element, put, target } from "../shared/elements.js";
import { Poller } from "../data/poller.js";
import { remember, router as chosen } from "../shared/preferences.js";
import { sign, turn } from "../shared/signs.js";
import { troubleName } from "./router-trouble.js";
import { dashboardOf, fits, inTrouble, ordered, standing } from "./router-summary.js";

/** The shape of each standing: told apart without colour. */
const SHAPES = { live: "s-up", stale: "s-late", unreachable: "s-bad", off: "s-off" };

export class RouterSwitcher {
  #routers = [];
  #seen = [];
  #rows = new Map();
  #marked = null;
  #parts = null;

  /**
   * @param {{name: HTMLElement, button: HTMLButtonElement, texts: Record<string, string>}} page `name` is what the
   *   button will hold
   */
  constructor({ name, button, texts }) {
    this.name = name;
    this.button = button;
    this.texts = texts;
    button.addEventListener("click", () => this.#open());
    this.poller = new Poller(
      () => api.get("/api/v1/routers"),
      ({ routers }) => this.take(routers),
      () => this.#parts && put(this.#parts.note, texts.site_routers_unknown),
      globalThis,
      true,
    );
  }

  /** All routers that there are. */
  take(routers) {
    // One that is disabled has nothing to show.
    this.#routers = ordered(
      routers.filter((router) => standing(router) !== "off"),
      "name",
    );
    const several = this.#routers.length > 1;
    if (several && this.button.hidden) {
      this.button.prepend(this.name);
      this.button.hidden = false;
    }
    if (this.#parts?.root.open) this.#show();
  }

  #open() {
    this.#parts ??= this.#build();
    const { root, search } = this.#parts;
    search.value = "";
    this.#marked = this.#current();
    root.showModal();
    this.button.setAttribute("aria-expanded", "true");
    this.#show();
    this.#reveal();
    search.focus();
    this.poller.start();
  }

  #current() {
    const shown = chosen && this.#routers.some(({ id }) => id === chosen) ? chosen : null;
    return shown ?? this.#routers.find((router) => router.default)?.id ?? this.#routers[0]?.id ?? null;
  }

  #build() {
    const { texts } = this;
    const root = element("dialog", "switch");
    root.id = "switch";
    root.dataset.testid = "switch";
    root.setAttribute("aria-label", texts.site_choose_router);
    const head = element("div", "switch-head");
    const search = element("input");
    search.type = "search";
    search.dataset.testid = "switch-search";
    search.placeholder = texts.site_search_router;
    search.autocomplete = "off";
    search.spellcheck = false;
    for (const [name, value] of [
      ["role", "combobox"],
      ["aria-label", texts.site_search_router],
      ["aria-expanded", "true"],
      ["aria-controls", "switch-list"],
      ["aria-autocomplete", "list"],
    ]) {
      search.setAttribute(name, value);
    }
    const close = element("button", "", texts.close);
    close.type = "button";
    close.addEventListener("click", () => root.close());
    head.append(search, close);
    const list = element("div", "switch-list");
    list.id = "switch-list";
    list.setAttribute("role", "listbox");
    list.setAttribute("aria-label", texts.site_choose_router);
    const note = element("p", "empty");
    note.setAttribute("role", "status");
    root.append(head, note, list);
    search.addEventListener("input", () => {
      this.#marked = null;
      this.#show();
      list.scrollTop = 0;
    });
    search.addEventListener("keydown", (event) => this.#key(event));
    list.addEventListener("click", (event) => this.#choose(target(event, "[role=option]")?.dataset.router));
    root.addEventListener("click", (event) => event.target === root && root.close());
    root.addEventListener("close", () => {
      this.poller.stop();
      this.button.setAttribute("aria-expanded", "false");
    });
    document.addEventListener("visibilitychange", () => {
      if (document.hidden) this.poller.stop();
      else if (root.open) this.poller.start();
    });
    document.body.append(root);
    return { root, search, list, note };
  }

  #show() {
    const { list, search, note } = this.#parts;
    this.#seen = this.#routers.filter((router) => fits(router, { text: search.value.trim() }));
    if (!this.#seen.some(({ id }) => id === this.#marked)) this.#marked = this.#seen[0]?.id ?? null;
    put(note, this.#seen.length === 0 ? this.texts.none_found : "");
    const rows = this.#seen.map((router) => this.#row(router));
    if (rows.length !== list.children.length || rows.some((row, at) => list.children[at] !== row))
      list.replaceChildren(...rows);
    this.#mark();
  }

  #row(router) {
    const { texts } = this;
    let row = this.#rows.get(router.id);
    if (!row) {
      row = element("div", "switch-row");
      row.id = `switch-${this.#rows.size}`;
      row.dataset.router = router.id;
      row.setAttribute("role", "option");
      const stands = element("span", "standing");
      stands.append(sign("s-unk", "st"), element("span"));
      row.append(stands, element("bdi", "name"), element("bdi", "note"));
      this.#rows.set(router.id, row);
    }
    const [stands, name, note] = row.children;
    const word = standing(router);
    stands.dataset.is = word;
    turn(stands.firstElementChild, SHAPES[word] ?? "s-unk");
    put(stands.lastElementChild, troubleName(router, texts) || texts[`standing.${word}`]);
    if (row.title !== router.name) row.title = router.name;
    row.classList.toggle("trouble", inTrouble(router));
    put(name, router.name);
    put(note, router.address ?? "");
    return row;
  }

  #mark() {
    const current = this.#current();
    for (const { id } of this.#seen) {
      const row = this.#rows.get(id);
      row.classList.toggle("marked", id === this.#marked);
      row.setAttribute("aria-selected", String(id === current));
    }
    const marked = this.#rows.get(this.#marked);
    if (marked) this.#parts.search.setAttribute("aria-activedescendant", marked.id);
    else this.#parts.search.removeAttribute("aria-activedescendant");
  }

  #reveal() {
    this.#rows.get(this.#marked)?.scrollIntoView({ block: "nearest" });
  }

  #key(event) {
    const last = this.#seen.length - 1;
    const at = this.#seen.findIndex(({ id }) => id === this.#marked);
    const steps = { ArrowDown: at + 1, ArrowUp: at - 1, PageDown: at + 8, PageUp: at - 8 };
    if (event.key === "Enter") this.#choose(this.#marked);
    else if (event.key in steps && last >= 0) {
      this.#marked = this.#seen[Math.min(last, Math.max(0, steps[event.key]))].id;
      this.#mark();
      this.#reveal();
    } else return;
    event.preventDefault();
  }

  #choose(id) {
    if (id === undefined || id === null) return;
    if (id === this.#current()) {
      this.#parts.root.close();
      return;
    }
    remember("router", id);
    location.assign(dashboardOf(id, location.search));
  }
}
