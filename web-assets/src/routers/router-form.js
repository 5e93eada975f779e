// The form for adding or changing a router: choose one found on the network, make a user on it with the script, test
// the connection, save.

import { leaveForLogin } from "../account/auth.js";
import { Poller } from "../data/poller.js";
import { api } from "../shared/api.js";
import { allTexts } from "../shared/all-words.js";
import { element, put } from "../shared/elements.js";
import { button, complain, end, field, onSubmit, passwordField, say, sentence } from "../shared/form.js";
import { fill } from "../shared/format.js";
import { shortNote } from "../shared/short-note.js";
import { styleSheet } from "../shared/style-sheet.js";
import { checkSteps } from "../trouble/check-steps.js";
import { endpoint } from "./address-input.js";
import { NeighbourList } from "./neighbour-list.js";
import { showMeanwhile } from "./meanwhile.js";
import { bracketed, changedMeanwhile, fillFields, routerFields, toldBy, wrongField } from "./router-fields.js";
import { SetupScriptPanel } from "./setup-script-panel.js";
/** @import { RouterEntry, Texts } from "../data/types.js" */

const PORTS = { off: "8728", tls: "8729" };
/** Fields on which the test's result depends. */
const TESTED = ["address", "port", "user", "password", "tls", "pin"];
const USER = "lalin";

/**
 * @param {HTMLElement} root empty
 * @param {object} page
 * @param {Texts} page.texts
 * @param {string} page.lang
 * @param {(router: RouterEntry) => void} page.saved
 * @param {RouterEntry} [page.router] the one to change, as `GET /api/v1/routers/{id}` tells it
 * @returns {{stop: () => void}} ends what it asks of the server
 */
export function routerForm(root, page) {
  let form = null;
  let stopped = false;
  // Not a moment without its style, or its words.
  Promise.all([allTexts(page.lang, page.texts), styleSheet(import.meta.url, "./router-form.css")]).then(([texts]) => {
    if (stopped) return;
    form = new RouterForm({ ...page, texts }, root.closest("dialog") !== null);
    root.append(form.root);
    form.begin();
  });
  return {
    stop() {
      stopped = true;
      form?.stop();
    },
  };
}

class RouterForm {
  /** What the router that is chosen calls itself: its name where none is typed. */
  #identity = "";
  /** The address that was found on this network, and not typed. */
  #near = "";
  #poller = null;
  #hidden = () => {};

  /**
   * @param {{texts: Texts, lang: string, saved: (router: RouterEntry) => void, router?: RouterEntry}} page
   * @param {boolean} dialog it has a title of its own
   */
  constructor({ texts, lang, saved, router }, dialog) {
    this.dialog = dialog;
    this.texts = texts;
    this.lang = lang;
    this.router = router;
    this.root = element("form", "form setup");
    this.root.dataset.testid = "setup";
    this.root.classList.toggle("changing", Boolean(router));
    this.#build();
    this.#wire();
    onSubmit(this.root, {
      texts,
      check: () => wrongField(this, texts),
      send: async () => {
        const path = router ? this.#path() : "/api/v1/routers";
        const wanted = toldBy(this, this.router, this.#identity);
        const told = await api.send(router ? "PATCH" : "POST", path, wanted).catch((error) => this.#refused(error));
        shortNote(
          fill(texts.setup_saved, {
            name: told?.name || toldBy(this, this.router, this.#identity).name || this.address.value,
          }),
        );
        saved(told);
      },
    });
  }

  /**
   * Somebody else has changed the router: what they changed stands beside what is typed, which stays. The next time it
   * is saved over theirs.
   */
  async #refused(error) {
    if (error.code !== "changed-meanwhile" || !this.router) throw error;
    const now = await api.get(this.#path());
    const { texts } = this;
    showMeanwhile(this, changedMeanwhile(this.router, now), texts, (control) => {
      this.#follow();
      this.#forget();
      control.focus();
    });
    this.router = now;
    throw Object.assign(error, { code: "", detail: texts.setup_meanwhile });
  }

  #path() {
    return `/api/v1/routers/${encodeURIComponent(this.router.id)}`;
  }

  #build() {
    const { texts, router } = this;
    const fields = routerFields(texts, this.lang);
    this.name = fields.name;
    this.address = fields.address;
    this.port = fields.port;
    this.user = fields.user;
    this.password = fields.password;
    this.tls = fields.tls;
    this.pin = fields.pin;
    this.interval = fields.interval;
    this.tags = fields.tags;
    this.notes = fields.notes;

    this.count = element("small");
    this.found = new NeighbourList({ texts, count: this.count, choose: (one) => this.#choose(one) });
    this.secret = passwordField(texts.setup_password, this.password, texts, router ? texts.setup_password_kept : "");
    this.pinned = field(texts.setup_pin, this.pin);
    this.script = new SetupScriptPanel({ texts, renewed: () => this.#fillPassword() });
    this.test = button(texts.setup_test, "setup-test", () => this.#check());
    this.save = button("", "setup-save", null);
    this.save.type = "submit";
    this.report = element("div", "setup-report");
    this.report.setAttribute("aria-live", "polite");

    this.#more();
    const where = element("div", "setup-where");
    where.append(
      field(texts.setup_address, this.address),
      field(texts.setup_port, this.port),
      field(texts.setup_tls, this.tls),
    );
    const login = element("div", "setup-login");
    login.append(field(texts.setup_user, this.user), this.secret);
    const step = (word, small, ...content) => {
      const section = element("section", "setup-step");
      const head = element("h3", "", word);
      if (small) head.append(" ", small);
      section.append(head, ...content);
      return section;
    };
    this.from = element("small", "", router ? "" : texts.setup_filled);
    this.root.append(
      ...(router || this.dialog ? [] : [this.#head()]),
      step(texts.setup_which, router ? null : this.count, this.found.root, where, this.pinned),
      step(texts.setup_login, this.from, login),
      router ? this.#folded() : this.script.root,
      step(
        router ? texts.setup_test : texts.setup_last,
        null,
        this.report,
        end(this.test, this.save, this.more),
        this.extras,
      ),
    );
    this.#ready(false);
  }

  /** On a page of its own; a dialog has a title. */
  #head() {
    const { texts } = this;
    const head = element("div", "setup-head");
    head.append(
      element("h2", "", texts.setup_title),
      element("p", "", `${texts.unconfigured}. ${texts.setup_promise}`),
    );
    return head;
  }

  /** What may be said of a router, and need not. */
  #more() {
    const { texts } = this;
    this.extras = element("div", "setup-extras");
    this.extras.id = "setup-extras";
    this.extras.hidden = true;
    this.extras.append(
      field(texts.setup_name, this.name, this.router ? "" : texts.setup_name_note),
      field(texts.setup_interval, this.interval),
      field(texts.setup_tags, this.tags, texts.setup_tags_note),
      field(texts.setup_notes, this.notes),
    );
    this.more = button(
      texts.setup_more,
      "setup-more",
      () => {
        this.extras.hidden = !this.extras.hidden;
        this.more.setAttribute("aria-expanded", String(!this.extras.hidden));
        if (!this.extras.hidden) this.name.focus();
      },
      "bare fold",
    );
    this.more.setAttribute("aria-expanded", "false");
    this.more.setAttribute("aria-controls", this.extras.id);
  }

  /** A router that is known has a user: another one is made only where somebody wants it. */
  #folded() {
    const details = element("details", "setup-more");
    const summary = element("summary", "", this.texts.setup_script);
    summary.dataset.testid = "setup-script";
    details.append(summary, this.script.root);
    details.addEventListener("toggle", () => {
      if (details.open) this.#fillPassword();
      else if (this.password.value === this.script.password) this.password.value = "";
      this.#follow();
    });
    return details;
  }

  #wire() {
    const { address, port, tls, root, router } = this;
    tls.addEventListener("change", () => this.#follow());
    this.user.addEventListener("change", () => this.#follow());
    address.addEventListener("input", () => {
      this.#near = "";
      this.#identity = "";
      this.found.mark(address.value.trim());
    });
    // An address is often pasted with its port.
    address.addEventListener("change", () => {
      const typed = endpoint(address.value);
      if (typed?.port) {
        address.value = bracketed(typed.host);
        port.value = String(typed.port);
        complain(port, "");
      }
      this.#follow();
    });
    this.password.addEventListener("input", () => {
      // The script's own is there to be read; one that somebody types is not.
      if (this.password.value !== this.script.password && !router) this.secret.reveal(false);
      put(this.from, "");
    });
    // What was found of another connection says nothing of this one.
    root.addEventListener("input", ({ target }) => {
      if (TESTED.includes(/** @type {HTMLInputElement} */ (target).name)) this.#forget();
    });
    if (router) {
      fillFields(this, router);
    } else {
      this.user.value = USER;
      this.#fillPassword();
    }
  }

  /** The password of the script is the one of the form. */
  #fillPassword() {
    this.password.value = this.script.password;
    this.secret.reveal(true);
    put(this.from, this.texts.setup_filled);
    complain(this.password, "");
    this.#forget();
  }

  /** What depends on the other fields. */
  #follow() {
    const { tls, port, pin, pinned, address } = this;
    const encrypted = tls.value !== "off";
    port.placeholder = encrypted ? PORTS.tls : PORTS.off;
    // The other kind's usual port was not meant for this one.
    if (port.value === (encrypted ? PORTS.off : PORTS.tls)) port.value = "";
    pinned.hidden = tls.value !== "pin";
    pin.required = tls.value === "pin";
    if (!this.script.root.isConnected || !this.script.root.checkVisibility()) return;
    const named = this.user.value.trim();
    const host = endpoint(address.value)?.host ?? "";
    this.script.load({
      // The script makes a user: the one that every router has is not meant.
      user: named === "admin" ? "" : named,
      tls: encrypted,
      towards: /^[\d.]+$|:/.test(host) ? host.split("%")[0] : null,
      near: host !== "" && host === this.#near,
    });
  }

  #choose(one) {
    this.address.value = bracketed(one.address);
    this.#near = one.address;
    this.#identity = one.identity ?? "";
    if (one.onlyTls && this.tls.value === "off") this.tls.value = "first-use";
    complain(this.address, "");
    this.#forget();
    this.#follow();
  }

  #forget() {
    this.report.replaceChildren();
    this.#ready(false);
  }

  /** The one main button is the next thing to do. */
  #ready(good) {
    const { texts } = this;
    this.test.classList.toggle("main", !good);
    this.save.classList.toggle("main", good);
    put(this.test, good ? texts.setup_test_again : texts.setup_test);
    put(this.save, this.router ? texts.form_save : good ? texts.setup_save : texts.setup_save_untested);
    // What comes next stands first.
    if (good) this.test.before(this.save);
    else this.save.before(this.test);
  }

  async #check() {
    const { texts, root, report, test, address, user } = this;
    const empty = [address, user].find((control) => control.value.trim() === "");
    /** @type {[HTMLElement, string]|null} */
    const bad = empty ? [empty, texts.form_needed] : wrongField(this, texts);
    if (bad) {
      complain(...bad);
      bad[0].focus();
      return;
    }
    test.disabled = true;
    say(root, "");
    report.replaceChildren(element("p", "testing", texts.setup_testing));
    try {
      const { name: _, notes: __, tags: ___, ...asked } = toldBy(this, this.router, this.#identity);
      const told = await api.send("POST", this.router ? `${this.#path()}/check` : "/api/v1/check", asked);
      // Something was changed meanwhile: this is about another connection.
      if (!report.querySelector(".testing")) return;
      if (told.about?.identity) this.#identity = told.about.identity;
      const known = this.password.value === this.script.password ? this.script.password : undefined;
      const about = { user: asked.user, tls: this.tls.value !== "off", password: known };
      report.replaceChildren(checkSteps(told, about, texts, (print) => this.#trust(print)));
      this.#ready(told.ok);
      if (told.ok) this.save.focus({ preventScroll: true });
      // On a small screen it may be longer than what is seen.
      report.scrollIntoView({ block: "nearest" });
    } catch (error) {
      report.replaceChildren();
      if (leaveForLogin(error)) return;
      const control = error.field && root.elements.namedItem(error.field);
      if (control instanceof HTMLElement && control.id) complain(control, sentence(error, texts));
      else say(root, sentence(error, texts));
    } finally {
      test.disabled = false;
    }
  }

  #trust(print) {
    this.tls.value = "pin";
    this.pin.value = print;
    this.#follow();
  }

  /** It is in the page. */
  begin() {
    this.#follow();
    if (this.router) return;
    this.#poller = new Poller(
      () => api.get("/api/v1/discovery"),
      (heard) => this.#heard(heard),
      () => {},
      globalThis,
      true,
    );
    this.#hidden = () => (document.hidden ? this.#poller.stop() : this.#poller.start());
    if (!document.hidden) this.#poller.start();
    document.addEventListener("visibilitychange", this.#hidden);
  }

  #heard(heard) {
    this.found.show(heard);
  }

  stop() {
    this.script.stop();
    this.#poller?.stop();
    document.removeEventListener("visibilitychange", this.#hidden);
  }
}
