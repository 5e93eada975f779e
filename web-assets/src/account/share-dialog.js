// Shares one line or several: a link that opens without a login, the element, the iframe; until when it is good; the
// links that there are, to be revoked; and which other pages may show it.

import { api } from "../shared/api.js";
import { allTexts } from "../shared/all-words.js";
import { BASE, below } from "../shared/base-path.js";
import { command } from "../shared/copy-button.js";
import { dialog } from "../shared/dialog.js";
import { element, put } from "../shared/elements.js";
import { button, end, field, input, onSubmit, select, sentence } from "../shared/form.js";
import { fill, shortName } from "../shared/format.js";
import { shortNote } from "../shared/short-note.js";
import { styleSheet } from "../shared/style-sheet.js";
import { leaveForLogin, mayChange, me } from "./auth.js";
import { EmbedOrigins } from "./embed-origins.js";
import { groupsOf, snippets } from "./embed-snippets.js";
import { limitWords } from "./access-limits.js";
import { expiry, lifeChoice, lifeWords } from "./token-life.js";

/** A link shows so many lines at most. */
const MOST = 8;
/** What the link shows at first. */
const WINDOWS = ["1m", "5m", "15m", "1h"];
const FORMS = ["link", "element", "frame"];

/** @typedef {{router: string|null, interface: string}} Line */

/**
 * @param {object} page
 * @param {string} page.lang
 * @param {Record<string, string>} page.texts
 * @param {{id: string, name?: string}|null} [page.router] whose lines they are, where they do not say so themselves
 * @param {(string|Line)[]} page.lines
 */
export async function shareDialog({ lang, texts, router = null, lines }) {
  const opener = document.activeElement;
  const wanted = lines
    .map((line) => (typeof line === "string" ? { router: router?.id ?? null, interface: line } : line))
    .slice(0, MOST);
  const [who, all] = await Promise.all([
    me().catch(() => null),
    allTexts(lang, texts),
    styleSheet(import.meta.url, "./share-dialog.css"),
  ]);
  if (document.getElementById("share")) return;
  const made = new ShareDialog({ lang, texts: all, who, lines: wanted });
  made.dialog.root.addEventListener("close", () => {
    made.stop();
    made.dialog.root.remove();
    if (opener instanceof HTMLElement && opener.isConnected) opener.focus();
  });
  made.open();
}

class ShareDialog {
  #lines;
  #names = new Map();
  /** What was made: shown once, gone with the dialog. */
  #token = null;
  #form = FORMS[0];

  constructor({ lang, texts, who, lines }) {
    this.lang = lang;
    this.texts = texts;
    this.#lines = lines;
    const format = new Intl.DateTimeFormat(lang === "id" ? "id-ID" : "en-GB", {
      dateStyle: "medium",
      timeStyle: "short",
    });
    this.moment = (ms) => format.format(ms);
    this.dialog = dialog("share", texts.share, texts.close);
    this.dialog.root.classList.add("share");
    /** May make links, which opens a door; where there are no accounts every door is open. */
    this.maker = who !== null && who.state === "in" && mayChange(who);
    this.free = who !== null && (who.state === "open" || who.state === "none");
    this.changer = who !== null && mayChange(who);
    this.#build();
  }

  open() {
    this.dialog.open();
    this.#show();
    this.#name();
    this.#existing();
  }

  stop() {
    // With the element in it ends its stream.
    this.preview.replaceChildren();
    this.#token = null;
  }

  #build() {
    const { texts } = this;
    this.chosen = element("ul", "share-lines");
    this.chosen.setAttribute("aria-label", texts.share_lines);
    this.window = select(
      "window",
      WINDOWS.map((window) => [window, windowWord(window, this.lang)]),
    );
    this.window.value = "5m";
    this.window.addEventListener("change", () => this.#show());
    this.side = element("div", "share-side");
    this.preview = element("div", "share-preview");
    this.side.append(element("h3", "", texts.share_preview), this.preview);
    this.main = element("div", "share-main");
    this.result = element("section", "share-result");
    this.result.setAttribute("aria-live", "polite");
    this.main.append(this.chosen, ...(this.maker ? [this.#options()] : [this.#without()]), this.result);
    this.links = element("section", "share-links");
    this.links.hidden = true;
    const both = element("div", "share-both");
    both.append(this.main, this.side);
    this.dialog.body.append(both, this.links);
    if (this.changer) {
      this.origins = new EmbedOrigins(texts);
      this.pages = element("section", "share-pages");
      this.pages.append(element("h3", "", texts.origins), element("p", "note", texts.origins_why), this.origins.root);
      this.pages.hidden = true;
      this.main.append(this.pages);
    }
  }

  /** What there is to say of a link before it is made. */
  #options() {
    const { texts } = this;
    const form = element("form", "form share-form");
    form.dataset.testid = "share-form";
    this.named = input({ name: "name", autocomplete: "off", required: true, maxlength: "64" });
    this.life = lifeChoice(texts);
    const make = button(texts.share_make, "share-make", null, "main");
    make.type = "submit";
    const row = element("div", "share-row");
    row.append(field(texts.set_life, this.life), field(texts.share_window, this.window));
    form.append(field(texts.door_name, this.named, texts.set_token_name_note), row, end(make));
    onSubmit(form, {
      texts,
      send: async () => {
        const told = await api.send("POST", "/api/v1/tokens", {
          kind: "share",
          name: this.named.value.trim(),
          lines: this.#lines.map(({ router, interface: name }) => ({ router: router ?? "main", interface: name })),
          ...expiry(Number(this.life.value)),
        });
        this.#token = told.token;
        form.hidden = true;
        this.#show();
        this.result.querySelector(/** @type {"button"} */ ("[data-testid=copy]"))?.focus();
        await this.#existing();
      },
    });
    this.form = form;
    return form;
  }

  /** Whoever makes no link has an address all the same. */
  #without() {
    const { texts } = this;
    const root = element("div", "form");
    root.append(element("p", "note", this.free ? texts.share_open : texts.share_account));
    if (this.free) root.append(field(texts.share_window, this.window));
    return root;
  }

  /** The lines, as they are chosen now, and what follows from them. */
  #show() {
    const { texts } = this;
    this.chosen.replaceChildren(...this.#lines.map((line) => this.#line(line)));
    this.#look();
    const parts = this.#parts();
    this.result.hidden = parts === null;
    if (parts === null) return;
    const shown = command(texts, texts[`share_as.${this.#form}`]);
    shown.dataset.testid = `share-${this.#form}`;
    shown.set(parts[this.#form]);
    const forms = element("div", "segments");
    forms.setAttribute("role", "group");
    forms.setAttribute("aria-label", texts.share_as);
    const kinds = FORMS.filter((form) => form in parts);
    for (const form of kinds) {
      const choice = button(texts[`share_as.${form}`], `share-as-${form}`, () => {
        this.#form = form;
        this.#show();
        this.result.querySelector(/** @type {"button"} */ (`[data-testid=share-as-${form}]`))?.focus();
      });
      choice.setAttribute("aria-pressed", String(form === this.#form));
      forms.append(choice);
    }
    this.result.replaceChildren(...(kinds.length > 1 ? [forms] : []), shown);
    if (this.#token !== null) this.result.append(element("p", "note", texts.share_once));
    if (this.pages) {
      const first = this.pages.hidden;
      this.pages.hidden = this.#form === "link";
      if (first && !this.pages.hidden) this.origins.load().catch((error) => this.#failed(error));
    }
  }

  /** @returns {Partial<Record<"link"|"element"|"frame", string>>|null} null while there is nothing to copy */
  #parts() {
    if (this.maker && this.#token === null) return null;
    const [first, ...more] = groupsOf(this.#lines);
    const origin = location.origin + BASE;
    if (this.maker || this.free)
      return snippets({ origin, token: this.#token, lang: this.lang, window: this.window.value, ...first, more });
    // An account looks at the dashboard, which shows one router.
    const asked = new URLSearchParams({
      ...(first.router !== null && { router: first.router }),
      interface: first.interfaces.map((name) => name.replaceAll("%", "%25").replaceAll(",", "%2C")).join(","),
    });
    return { link: `${location.origin}${below("/prepaid/dashboard")}?${asked}` };
  }

  #line(line) {
    const item = element("li");
    item.append(titled("", shortName(line.interface)));
    if (this.#several()) item.append(titled("soft", this.#names.get(line.router) ?? line.router ?? ""));
    // The last one stays; and what a link shows is settled with it.
    if (this.#lines.length > 1 && this.#token === null) {
      const drop = button("✕", "share-drop", () => {
        this.#lines = this.#lines.filter((one) => one !== line);
        this.#show();
        this.#name();
        this.#existing();
      });
      drop.classList.add("bare");
      drop.setAttribute("aria-label", fill(this.texts.remove, { name: shortName(line.interface) }));
      item.append(drop);
    }
    return item;
  }

  #several() {
    return new Set(this.#lines.map(({ router }) => router)).size > 1;
  }

  /** The name that the link has where nobody gives it another. */
  #name() {
    if (!this.named || this.named.dataset.typed) return;
    this.named.value = this.#lines
      .map((line) => shortName(line.interface))
      .join(", ")
      .slice(0, 64);
    this.named.addEventListener("input", () => (this.named.dataset.typed = "yes"), { once: true });
  }

  /** How it will look, live. */
  async #look() {
    const groups = groupsOf(this.#lines);
    const wanted = JSON.stringify([groups, this.window.value]);
    if (this.preview.dataset.shown === wanted) return;
    this.preview.dataset.shown = wanted;
    try {
      await import("../embed/embed.js");
    } catch (error) {
      console.info(`There is no preview: ${error.message}`);
      this.side.hidden = true;
      return;
    }
    if (this.preview.dataset.shown !== wanted || !this.dialog.root.open) return;
    const theme = document.documentElement.dataset.theme;
    this.preview.replaceChildren(
      ...groups.map(({ router, interfaces }) => {
        const traffic = document.createElement("lalin-traffic");
        const names = interfaces.map((name) => name.replaceAll("%", "%25").replaceAll(",", "%2C")).join(",");
        if (router !== null) traffic.setAttribute("router", router);
        traffic.setAttribute("interface", names);
        traffic.setAttribute("window", this.window.value);
        traffic.setAttribute("lang", this.lang);
        if (theme) traffic.setAttribute("theme", theme);
        return traffic;
      }),
    );
  }

  /** The links that show any of these lines already. */
  async #existing() {
    if (!this.maker) return;
    const { texts, links } = this;
    try {
      const [{ tokens }, { routers }] = await Promise.all([
        api.get("/api/v1/tokens"),
        api.get("/api/v1/routers").catch(() => ({ routers: [] })),
      ]);
      this.#names = new Map(routers.map(({ id, name }) => [id, name]));
      const shows = ({ kind, only }) =>
        kind === "share" && this.#lines.some((line) => only?.some((grant) => same(grant, line)));
      const found = tokens.filter(shows);
      links.hidden = found.length === 0;
      const list = element("ul");
      list.setAttribute("aria-label", texts.share_existing);
      list.append(...found.map((token) => this.#link(token, routers)));
      links.replaceChildren(element("h3", "", texts.share_existing), list);
    } catch (error) {
      this.#failed(error);
    }
  }

  #link(token, routers) {
    const { texts } = this;
    const row = element("li", "share-existing");
    row.dataset.testid = "share-existing";
    const said = element("div", "said-of");
    const used = token.used === null ? texts.set_unused : this.moment(token.used);
    const facts = [
      limitWords(token.only, routers, texts),
      lifeWords(token, texts, this.moment),
      `${texts.set_use}: ${used}`,
    ];
    said.append(titled("name", token.name), titled("soft", facts.join(" · ")));
    const remove = button(texts.set_revoke, "share-revoke", async () => {
      // What does not come back is asked twice, in the same place.
      if (!remove.classList.contains("bad")) {
        remove.classList.add("bad");
        put(remove, texts.set_revoke_yes);
        return;
      }
      remove.disabled = true;
      try {
        await api.send("DELETE", `/api/v1/tokens/${token.id}`);
        shortNote(fill(texts.share_revoked, { name: token.name }));
        await this.#existing();
        this.dialog.body.focus();
      } catch (error) {
        remove.disabled = false;
        this.#failed(error);
      }
    });
    remove.setAttribute("aria-label", `${texts.set_revoke}: ${token.name}`);
    remove.addEventListener("blur", () => {
      remove.classList.remove("bad");
      put(remove, texts.set_revoke);
    });
    row.append(said, remove);
    return row;
  }

  #failed(error) {
    if (!leaveForLogin(error)) shortNote(sentence(error, this.texts));
  }
}

/** A name that may end in an ellipsis. */
function titled(kind, text) {
  const made = element("bdi", kind, text);
  made.title = made.textContent;
  return made;
}

/** A grant that names no interface is of the whole router. */
function same(grant, line) {
  const router = line.router === null || grant.router === line.router;
  return router && (grant.interface === undefined || grant.interface === line.interface);
}

/** "5 menit", "1 jam". */
function windowWord(window, lang) {
  const unit = window.endsWith("h") ? "hour" : "minute";
  const format = new Intl.NumberFormat(lang === "id" ? "id-ID" : "en-GB", { style: "unit", unit, unitDisplay: "long" });
  return format.format(Number.parseInt(window, 10));
}
