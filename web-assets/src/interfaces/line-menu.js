// What else one can do with a line of the list: look from the other side, give it a name, make it a favourite, put it
// away, say how fast its package is, keep it from being recorded. For this visitor, or for everyone where an
// administrator says so.

import { allTexts } from "../shared/all-words.js";
import { api } from "../shared/api.js";
import { element } from "../shared/elements.js";
import { fill, number } from "../shared/format.js";
import { sign } from "../shared/signs.js";
import { direction, turn } from "./direction.js";
import { mayForEveryone, setLine, settingsOf } from "./line-settings.js";
/** @import { Entry } from "./list-order.js" */
/** @import { RouterName, Texts } from "../data/types.js" */

/**
 * @typedef {{entry: Entry, at: {x: number, y: number}, texts: Texts, lang: string, router: RouterName|null, back: () =>
 *   void}} Asked `back`: gives the focus back
 */

const MARGIN = 8;
/** Speeds are said in Mbps. */
const MEGA = 1e6;

/** For whom changes are; as it was the last time, while the page is open. */
let everyone = false;
/** @type {LineMenu|null} */
let open = null;

/** @param {Asked} asked */
export function openLineMenu(asked) {
  open?.close(false);
  open = new LineMenu(asked);
}

class LineMenu {
  /** @param {Asked} asked */
  constructor(asked) {
    this.asked = asked;
    const { texts, entry } = asked;
    this.root = element("div", "line-menu");
    this.root.dataset.testid = "line-menu";
    this.root.addEventListener("keydown", (event) => this.#key(event));
    const head = element("p", "line-menu-head");
    const { down, view } = direction(entry.name, entry.facts);
    const side = view === "customer" ? texts.view_customer : texts.view_network;
    head.append(element("bdi", "", entry.label), element("small", "", `${side}: ↓ = ${down.toUpperCase()}`));
    this.body = element("div");
    this.root.append(head, this.body);
    // Beside the list, not in it: there it would be measured and cut by the list's own box.
    (document.querySelector("main") ?? document.body).append(this.root);
    this.outside = (event) => {
      if (event.target instanceof Node && !this.root.contains(event.target)) this.close(false);
    };
    document.addEventListener("pointerdown", this.outside, true);
    this.#choices();
  }

  close(focus = true) {
    document.removeEventListener("pointerdown", this.outside, true);
    this.root.remove();
    if (open === this) open = null;
    if (focus) this.asked.back();
  }

  #choices() {
    const { texts, entry } = this.asked;
    const { name, facts } = entry;
    const { favourite, hidden, alias } = settingsOf(name);
    const customer = direction(name, facts).view === "customer";
    this.root.setAttribute("role", "menu");
    this.root.setAttribute("aria-label", entry.label);
    this.body.replaceChildren(
      this.#item("turn", customer ? texts.turn_network : texts.turn_customer, () =>
        this.#done(turn(name, facts, this.#forAll)),
      ),
      this.#item("alias", alias ? texts.alias_change : texts.alias_give, () => this.#askName()),
      this.#item("limit", texts.package, () => this.#askLimit()),
      this.#item("favourite", texts.favourite, () => this.#set({ favourite: !favourite }), Boolean(favourite)),
      this.#item("share", texts.share, () => this.#share()),
      this.#item("hide", hidden ? texts.show_again : texts.hide, () => this.#set({ hidden: !hidden })),
    );
    if (mayForEveryone()) {
      const all = this.#item("everyone", texts.for_everyone, () => {
        everyone = !everyone;
        all.setAttribute("aria-checked", String(everyone));
      });
      all.setAttribute("role", "menuitemcheckbox");
      all.setAttribute("aria-checked", String(everyone));
      all.prepend(sign("s-ok", "st"));
      this.body.append(element("hr"), all);
      this.#record(all).catch(() => {});
    }
    this.said = element("p", "wrong");
    this.said.setAttribute("role", "alert");
    this.said.hidden = true;
    this.body.append(this.said);
    this.#place();
    this.#items()[0].focus();
  }

  /** @param {boolean} [checked] a switch, where it is one */
  #item(id, text, does, checked) {
    const made = element("button", "", text);
    made.type = "button";
    made.dataset.testid = `line-${id}`;
    made.setAttribute("role", checked === undefined ? "menuitem" : "menuitemcheckbox");
    if (checked !== undefined) {
      made.setAttribute("aria-checked", String(checked));
      made.prepend(sign("s-ok", "st"));
    }
    made.tabIndex = -1;
    made.addEventListener("click", does);
    return made;
  }

  get #forAll() {
    return everyone && mayForEveryone();
  }

  #set(change) {
    return this.#done(setLine(this.asked.entry.name, change, this.#forAll));
  }

  /** The menu goes; it stays, and says why, where the server would not have it. */
  async #done(setting) {
    const { problem } = await setting;
    if (problem === null) return this.close();
    const { texts } = this.asked;
    this.said.textContent =
      problem.status === undefined ? texts.form_no_answer : (texts[`problem.${problem.code}`] ?? problem.message);
    this.said.hidden = false;
    this.#place();
  }

  /** Whether it is recorded, for those who may say so: once the server has told how it is now. */
  async #record(/** @type {HTMLElement} */ before) {
    const { router, entry, lang } = this.asked;
    const [{ enabled, chosen }, texts] = await Promise.all([
      api.get("/api/v1/recording"),
      allTexts(lang, this.asked.texts),
    ]);
    if (!enabled || !chosen || !router || !before.isConnected) return;
    const out = ({ router: of, interface: name, record }) => of === router.id && name === entry.name && !record;
    const record = chosen.lines.some(out);
    const change = async () => {
      const lines = [{ router: router.id, interface: entry.name, record }];
      const send = api.send("PUT", "/api/v1/recording", { lines });
      return send.then(() => ({ problem: null })).catch((problem) => ({ problem }));
    };
    const text = record ? texts.rec_line_on : texts.rec_line_off;
    before.previousElementSibling.before(this.#item("record", text, () => this.#done(change())));
    this.#place();
  }

  async #share() {
    const { texts, lang, router, entry } = this.asked;
    this.close();
    const { shareDialog } = await import("../account/share-dialog.js");
    shareDialog({ texts, lang, router, lines: [entry.name] });
  }

  #askName() {
    const { texts, entry } = this.asked;
    const { alias } = settingsOf(entry.name);
    const name = field("line-alias-text", texts.alias, alias ?? "", { maxlength: "64" });
    this.#form([name], () => this.#set({ alias: name.input.value.trim() || null }));
  }

  #askLimit() {
    const { texts, entry, lang } = this.asked;
    const { limitDownBps, limitUpBps } = settingsOf(entry.name);
    const shown = (bps) => (bps ? number(bps / MEGA, lang, 0, 3) : "");
    const more = { inputmode: "decimal" };
    const down = field("line-limit-down", `↓ ${texts.download}, Mbps`, shown(limitDownBps), more);
    const up = field("line-limit-up", `↑ ${texts.upload}, Mbps`, shown(limitUpBps), more);
    this.#form([down, up], () => {
      const [limitDownBps, limitUpBps] = [down, up].map(({ input }) => speedOf(input.value, lang));
      const wrong = Number.isNaN(limitDownBps) ? down : Number.isNaN(limitUpBps) ? up : null;
      if (wrong === null) return this.#set({ limitDownBps, limitUpBps });
      wrong.input.setAttribute("aria-invalid", "true");
      this.said.textContent = fill(texts.package_wrong, { example: number(12.5, lang, 1) });
      this.said.hidden = false;
      wrong.input.focus();
    });
  }

  #form(fields, send) {
    const { texts } = this.asked;
    const form = element("form", "line-form");
    const [save, cancel] = [element("button", "main", texts.form_save), element("button", "", texts.form_cancel)];
    save.dataset.testid = "line-save";
    cancel.type = "button";
    cancel.addEventListener("click", () => this.#choices());
    const end = element("div", "line-form-end");
    end.append(save, cancel);
    form.append(...fields.map(({ root }) => root), this.said, end);
    form.noValidate = true;
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      this.said.hidden = true;
      send();
    });
    if (this.#forAll) form.prepend(element("small", "", texts.for_everyone));
    this.root.setAttribute("role", "dialog");
    this.body.replaceChildren(form);
    this.#place();
    fields[0].input.focus();
    fields[0].input.select();
  }

  #items() {
    return /** @type {HTMLElement[]} */ ([...this.body.querySelectorAll("[role^=menuitem]")]);
  }

  #key(event) {
    if (event.key === "Escape" || (event.key === "Tab" && this.root.getAttribute("role") === "menu")) {
      this.close();
    } else {
      const items = this.#items();
      const here = items.findIndex((item) => item === document.activeElement);
      const to = { ArrowDown: here + 1, ArrowUp: here - 1, Home: 0, End: items.length - 1 }[event.key];
      if (to === undefined || items.length === 0) {
        // The page's own keys are not meant here.
        event.stopPropagation();
        return;
      }
      items[(to + items.length) % items.length].focus();
    }
    event.preventDefault();
    event.stopPropagation();
  }

  /** Where it was asked for, and whole within the window. */
  #place() {
    const { x, y } = this.asked.at;
    const { width, height } = this.root.getBoundingClientRect();
    const within = (at, size, most) => Math.max(MARGIN, Math.min(at, most - size - MARGIN));
    this.root.style.setProperty("left", `${within(x, width, innerWidth)}px`);
    this.root.style.setProperty("top", `${within(y, height, innerHeight)}px`);
  }
}

function field(id, label, value, attributes) {
  const root = element("label", "field");
  const input = element("input");
  input.dataset.testid = id;
  input.value = value;
  input.autocomplete = "off";
  for (const [name, text] of Object.entries(attributes)) input.setAttribute(name, text);
  root.append(element("span", "", label), input);
  return { root, input };
}

/**
 * A speed in Mbps, as one writes it in this language, in bit/s.
 * @returns {number|null} null for nothing, NaN for what is no speed
 */
export function speedOf(text, lang) {
  const plain = text.trim().replace(/\s*Mbps$/i, "");
  if (plain === "") return null;
  // Of the two signs the language's own is the decimal one; where the other stands alone, it is meant as that too.
  const [decimal, group] = lang === "id" ? [",", "."] : [".", ","];
  const usual = new RegExp(`^\\d{1,3}(\\${group}\\d{3})+(\\${decimal}\\d+)?$`);
  const bare = usual.test(plain) ? plain.replaceAll(group, "").replace(decimal, ".") : plain.replace(/[.,]/, ".");
  const bps = Math.round(Number(bare) * MEGA);
  return bps > 0 ? bps : NaN;
}
