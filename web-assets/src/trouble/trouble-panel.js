// The panel that explains a trouble: where the connection is broken, why, what to type, and one main button that
// helps
// most, with the countdown to the next attempt.

import { allTexts } from "../shared/all-words.js";
import { api } from "../shared/api.js";
import { dialog } from "../shared/dialog.js";
import { leaveForLogin, mayChange } from "../account/auth.js";
import { element, put } from "../shared/elements.js";
import { fill } from "../shared/format.js";
import { causeName, causeOfReason, causeSentence, mendOf } from "./causes.js";
import { connectionDiagram } from "./connection-diagram.js";
import { remedyList } from "./remedy-list.js";
import { retryOf, troubleOf } from "../data/connection-state.js";
/** @import { Known } from "../data/connection-state.js" */
/** @import { Me, RouterEntry } from "../data/types.js" */

/** Of these one wants to know since when. */
const SINCE = ["timed-out", "unreachable", "closed", "stale"];

export class TroublePanel {
  #shown = null;
  #reason = "";
  #state = "";
  #since = 0;
  /** How the router is configured, as far as somebody may know. */
  #facts = /** @type {Partial<RouterEntry>} */ ({});
  #asked = null;
  #parts = null;
  #stranger = false;
  #changer = false;

  /**
   * @param {object} page
   * @param {HTMLElement} page.root
   * @param {Record<string, string>} page.texts
   * @param {string} page.lang
   * @param {() => string|null} page.router its id
   * @param {Promise<Me|null>} page.looking who is logged in: administrators are told more, and may change it
   */
  constructor({ root, texts, lang, router, looking }) {
    this.root = root;
    this.texts = texts;
    this.lang = lang;
    this.router = router;
    this.looking = looking;
    looking.then((who) => {
      this.#changer = who !== null && mayChange(who);
      // Where everybody may look, whoever comes by may not have a router tried.
      this.#stranger = who?.state === "open" && !this.#changer;
    });
  }

  /**
   * @param {string} state
   * @param {Known & {now: number, routerRetryAt?: number|null}} known as `stateOf` takes it, with `now`
   * @returns {boolean} whether it explains the state
   */
  show(state, known) {
    if (state !== this.#state) [this.#state, this.#since] = [state, known.now];
    const reason = troubleOf(state, known, known.now - this.#since);
    this.root.hidden = reason === null;
    if (reason === null) {
      this.#shown = null;
      return false;
    }
    const parts = (this.#parts ??= this.#build());
    const { texts } = this;
    const detail = ["reconnecting", "loading"].includes(state) ? "" : (known.router?.detail ?? "");
    const cause = causeOfReason(reason, detail);
    if (this.#shown !== cause) {
      this.#shown = cause;
      this.#reason = reason;
      this.root.dataset.kind = state === "unreachable" || cause === "server" ? "bad" : "late";
      put(parts.said, "");
      const name = causeName(cause, texts);
      put(parts.title, SINCE.includes(cause) ? this.#sinceWhen(name, known.ageMs) : name);
      put(parts.why, causeSentence(cause, detail, texts));
      this.#mend();
    }
    parts.detail.hidden = !detail;
    put(parts.words, detail);
    const router = retryOf(state, known) === "router" ? this.router() : null;
    this.#buttons(router, cause, known);
    if (router !== null) this.#ask(router);
    return true;
  }

  /** The name of the cause with the time of the last sample; it stands still while the trouble lasts. */
  #sinceWhen(name, ageMs) {
    if (ageMs === null) return name;
    const time = new Intl.DateTimeFormat(this.lang === "id" ? "id-ID" : "en-GB", {
      hour: "2-digit",
      minute: "2-digit",
      second: "2-digit",
      hourCycle: "h23",
    }).format(new Date(Date.now() - ageMs));
    return fill(this.texts.trouble_since, { name, time: time.replaceAll(".", ":") });
  }

  /** One main button: what helps most, for whoever may press it. */
  #buttons(router, cause, { routerRetryAt = null, now }) {
    const { texts } = this;
    const parts = this.#parts;
    const changeable = this.#changer && this.#facts.origin === "stored";
    const mend = mendOf(cause);
    parts.retry.hidden = router === null || this.#stranger;
    parts.change.hidden = router === null || !changeable;
    parts.compare.hidden = router === null || !this.#changer || mend !== "certificate";
    const main = !parts.compare.hidden
      ? parts.compare
      : mend === "password" && !parts.change.hidden
        ? parts.change
        : parts.retry;
    for (const one of [parts.retry, parts.change, parts.compare]) one.classList.toggle("main", one === main);
    if (parts.actions.firstElementChild !== main) parts.actions.prepend(main);
    put(parts.change, mend === "password" ? texts.mend_password : texts.router_change);
    const wait = routerRetryAt === null ? 0 : Math.ceil((routerRetryAt - now) / 1000);
    const word = mend === "password" ? texts.mend_login : texts.try_now;
    put(parts.retry, wait > 0 ? `${word} · ${fill(texts["span.s"], { n: wait })}` : word);
  }

  #mend() {
    const { fixes, picture } = this.#parts;
    const { host, user, tls } = this.#facts;
    picture.replaceChildren(connectionDiagram(this.#shown, this.texts, host));
    fixes.replaceChildren(remedyList(this.#reason, { user, tls: Boolean(tls), host }, this.texts));
  }

  /** How the router is configured, once: its commands are told with its user, service and address. */
  async #ask(router) {
    if (this.#asked === router) return;
    this.#asked = router;
    const who = await this.looking;
    if (!who || !mayChange(who)) return;
    try {
      this.#facts = await api.get(`/api/v1/routers/${encodeURIComponent(router)}`);
      if (this.#shown !== null) this.#mend();
    } catch (error) {
      console.info(`How the router is configured is not known: ${error.message}`);
    }
  }

  #build() {
    const { texts, root } = this;
    const picture = element("div", "mend-picture");
    const title = element("h2");
    title.id = "mend-title";
    root.setAttribute("aria-labelledby", title.id);
    const why = element("p", "mend-why");
    const fixes = element("div", "mend-fixes");
    const detail = element("details", "mend-detail");
    const words = element("p");
    detail.append(element("summary", "", texts.router_words), words);
    const said = element("p", "done");
    said.setAttribute("role", "status");
    const action = (word, testid, run) => {
      const made = element("button", "edge", word);
      made.type = "button";
      made.dataset.testid = testid;
      made.addEventListener("click", run);
      return made;
    };
    const retry = action(texts.try_now, "router-retry", async () => {
      retry.disabled = true;
      try {
        await api.send("POST", `/api/v1/routers/${encodeURIComponent(this.router())}/retry`, {});
        put(said, texts.router_retried);
      } catch (error) {
        if (!leaveForLogin(error)) put(said, texts[`problem.${error.code}`] ?? error.message);
      } finally {
        retry.disabled = false;
      }
    });
    const change = action(texts.router_change, "router-change", () => this.#change());
    const compare = action(texts["mend.certificate"], "router-compare", () => this.#compare(compare));
    const actions = element("div", "mend-actions");
    actions.append(retry, compare, change, detail, said);
    const text = element("div", "mend-text");
    text.append(title, why, fixes, actions);
    root.replaceChildren(picture, text);
    return { picture, title, why, fixes, detail, words, retry, change, compare, actions, said };
  }

  /** The router's certificate as it is now, beside what was kept. */
  async #compare(opener) {
    const { mendRouter } = await import("../routers/router-mend.js");
    const texts = await allTexts(this.lang, this.texts);
    const router = await this.#router();
    if (router === null) return;
    const rights = { change: this.#changer, retry: !this.#stranger };
    mendRouter({ router, kind: "certificate", opener, texts, rights, manage: null, changed: () => {} });
  }

  async #router() {
    return api.get(`/api/v1/routers/${encodeURIComponent(this.router())}`).catch((error) => {
      if (!leaveForLogin(error)) put(this.#parts.said, error.message);
      return null;
    });
  }

  /** The form of this router, where its password, address or encryption can be put right. */
  async #change() {
    const { texts, lang } = this;
    const { routerForm } = await import("../routers/router-form.js");
    const router = await this.#router();
    if (router === null) return;
    const made = dialog("router-form", router.name, texts.close);
    const form = routerForm(made.body, {
      texts,
      lang,
      router,
      saved: () => {
        this.#asked = null;
        made.root.close();
      },
    });
    made.root.addEventListener("close", () => {
      form.stop();
      made.root.remove();
      this.#parts.change.focus();
    });
    made.open();
  }
}
