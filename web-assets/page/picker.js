// Choosing interfaces: a drop-down with a search, grouped by kind, usable with the keyboard alone.

import { fill, shortName, speed } from "./format.js";

/** What stands together in the list, in this order; the rest comes last under its own kind. */
const GROUPS = [
  ["Ethernet", /^(ether|sfp|bond)/],
  ["Bridge", /^bridge/],
  ["VLAN", /^(vlan|vxlan)/],
  ["Wi-Fi", /^(wlan|wifi|cap)/],
  ["PPPoE", /^pppoe/],
  ["Tunnel", /^(l2tp|pptp|sstp|ovpn|gre|eoip|ipip|wg|wireguard)/],
];

export class Picker {
  #interfaces = [];
  #rows = new Map();
  #open = false;

  /** @param {{texts: object, lang: string, most: number, chosen: () => string[], toggle: (name: string) => void}} page */
  constructor(page) {
    this.page = page;
    this.root = document.getElementById("picker-root");
    this.button = document.getElementById("picker");
    this.label = document.getElementById("picker-label");
    this.popover = document.getElementById("picker-popover");
    this.search = document.getElementById("picker-search");
    this.list = document.getElementById("picker-list");
    this.empty = document.getElementById("picker-empty");
    this.most = document.getElementById("picker-most");
    this.most.textContent = fill(page.texts.most, { n: page.most });
    this.button.addEventListener("click", () => this.#show(!this.#open));
    this.search.addEventListener("input", () => this.#filter());
    this.root.addEventListener("keydown", (event) => this.#key(event));
    document.addEventListener("pointerdown", (event) => {
      if (this.#open && !this.root.contains(event.target)) this.#show(false, false);
    });
    document.addEventListener("keydown", (event) => {
      if (event.key === "/" && !this.#open && !/^(INPUT|TEXTAREA)$/.test(event.target.tagName)) {
        event.preventDefault();
        this.#show(true);
      }
    });
  }

  /** The interfaces there are. */
  update(interfaces) {
    this.#interfaces = interfaces;
    if (this.#open) this.#build();
    this.refresh();
  }

  /** What is chosen changed. */
  refresh() {
    const chosen = this.page.chosen();
    const { texts } = this.page;
    const text = chosen.length === 0 ? texts.choose : chosen.length === 1 ? shortName(chosen[0]) : fill(texts.chosen_count, { n: chosen.length });
    if (this.label.textContent !== text) this.label.textContent = text;
    const full = chosen.length >= this.page.most;
    this.most.hidden = !full;
    for (const [name, row] of this.#rows) {
      const taken = chosen.includes(name);
      row.element.setAttribute("aria-selected", String(taken));
      row.element.setAttribute("aria-disabled", String(full && !taken));
    }
  }

  /** The rates in the list; only while it is open. */
  rates(of) {
    if (!this.#open) return;
    for (const [name, row] of this.#rows) {
      if (row.element.hidden) continue;
      const { down, up } = of(name);
      const text = down === null && up === null ? "" : `↓ ${speed(down, this.page.lang, 1)}\n↑ ${speed(up, this.page.lang, 1)}`;
      if (row.rate.textContent !== text) row.rate.textContent = text;
    }
  }

  #show(open, focus = true) {
    this.#open = open;
    this.popover.hidden = !open;
    this.button.setAttribute("aria-expanded", String(open));
    if (open) {
      this.search.value = "";
      this.#build();
      this.refresh();
      this.search.focus();
    } else {
      this.#rows.clear();
      this.list.replaceChildren();
      if (focus) this.button.focus();
    }
  }

  #build() {
    const scroll = this.list.scrollTop;
    const focused = this.list.contains(document.activeElement) ? document.activeElement.dataset.interface : null;
    this.#rows.clear();
    const groups = new Map(GROUPS.map(([title]) => [title, []]));
    for (const one of this.#interfaces) {
      const title = GROUPS.find(([, kinds]) => kinds.test(one.type))?.[0] ?? one.type;
      if (!groups.has(title)) groups.set(title, []);
      groups.get(title).push(one);
    }
    // What is chosen but not there now can still be taken out of the choice.
    const there = new Set(this.#interfaces.map(({ name }) => name));
    const gone = this.page.chosen().filter((name) => !there.has(name));
    if (gone.length > 0) groups.set(this.page.texts.gone, gone.map((name) => ({ name, type: "", comment: null })));
    const items = [];
    for (const [title, members] of groups) {
      if (members.length === 0) continue;
      const heading = element("li", "group", title);
      heading.setAttribute("role", "presentation");
      items.push(heading, ...members.map((one) => this.#row(one)));
    }
    this.list.replaceChildren(...items);
    this.#filter();
    this.list.scrollTop = scroll;
    // Customers come and go while somebody walks through the list with the keys.
    if (focused !== null) (this.#rows.get(focused)?.element ?? this.search).focus({ preventScroll: true });
  }

  #row(one) {
    const option = element("li", "option");
    option.setAttribute("role", "option");
    option.tabIndex = -1;
    option.dataset.testid = "picker-option";
    option.dataset.interface = one.name;
    const who = element("span", "who");
    who.append(element("bdi", "", shortName(one.name)));
    const note = one.comment ? `${one.type} · ${one.comment.slice(0, 120)}` : one.type;
    const small = element("bdi", "note", note);
    who.append(small);
    const rate = element("span", "rate");
    option.append(who, rate);
    option.addEventListener("click", () => this.page.toggle(one.name));
    this.#rows.set(one.name, { element: option, rate, words: `${one.name}\n${one.comment ?? ""}\n${one.type}`.toLowerCase() });
    return option;
  }

  #filter() {
    const wanted = this.search.value.trim().toLowerCase();
    let found = 0;
    for (const { element, words } of this.#rows.values()) {
      element.hidden = wanted !== "" && !words.includes(wanted);
      if (!element.hidden) found++;
    }
    let group = null;
    for (const item of [...this.list.children, null]) {
      if (item === null || item.classList.contains("group")) {
        if (group) group.heading.hidden = group.shown === 0;
        group = item && { heading: item, shown: 0 };
      } else if (group && !item.hidden) group.shown++;
    }
    this.empty.hidden = found > 0;
  }

  #key(event) {
    if (!this.#open) return;
    if (event.key === "Escape") {
      this.#show(false);
      event.preventDefault();
      return;
    }
    const options = [...this.#rows.values()].map(({ element }) => element).filter((option) => !option.hidden);
    const at = options.indexOf(document.activeElement);
    const go = { ArrowDown: at + 1, ArrowUp: at - 1 }[event.key];
    if (go !== undefined && options.length > 0) {
      event.preventDefault();
      if (go < 0) this.search.focus();
      else options[Math.min(go, options.length - 1)].focus();
    } else if ((event.key === " " || event.key === "Enter") && at >= 0) {
      event.preventDefault();
      options[at].click();
    } else if (event.key === "Enter" && document.activeElement === this.search && options.length > 0) {
      options[0].click();
    }
  }
}

export function element(tag, kind = "", text = "") {
  const made = document.createElement(tag);
  if (kind) made.className = kind;
  // Names and comments are data: text, never markup.
  if (text) made.textContent = text;
  return made;
}
