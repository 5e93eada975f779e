// The panel that explains a trouble: where the connection is broken, why, and what to do about it.

import { api } from "../shared/api.js";
import { dialog } from "../shared/dialog.js";
import { leaveForLogin, mayChange } from "../account/auth.js";
import { element, put } from "../shared/elements.js";
import { connectionDiagram } from "./connection-diagram.js";
import { remedyList } from "./remedy-list.js";
import { retryOf, troubleOf } from "../data/connection-state.js";
/** @import { Known } from "../data/connection-state.js" */
/** @import { Me } from "../data/types.js" */

export class TroublePanel {
  #shown = null;
  #state = "";
  #since = 0;
  #facts = {};
  #asked = null;
  #parts = null;
  #stranger = false;

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
    // Where everybody may look, whoever comes by may not have a router tried.
    looking.then((who) => (this.#stranger = who?.state === "open" && !mayChange(who)));
  }

  /**
   * @param {string} state
   * @param {Known & {now: number}} known as `stateOf` takes it, with `now`
   * @returns {boolean} whether it explains the state
   */
  show(state, known) {
    if (state !== this.#state) [this.#state, this.#since] = [state, known.now];
    const trouble = troubleOf(state, known, known.now - this.#since);
    this.root.hidden = trouble === null;
    if (trouble === null) {
      this.#shown = null;
      return false;
    }
    const parts = (this.#parts ??= this.#build());
    const { texts } = this;
    if (this.#shown !== trouble) {
      this.#shown = trouble;
      parts.picture.replaceChildren(connectionDiagram(trouble));
      put(parts.said, "");
      put(parts.title, texts[`trouble.${trouble}`] ?? texts[`state.${state}`]);
      put(parts.why, texts[`reason.${trouble}`] ?? texts[`trouble_why.${trouble}`] ?? "");
      this.#mend();
    }
    const detail = ["reconnecting", "loading"].includes(state) ? "" : (known.router?.detail ?? "");
    parts.detail.hidden = !detail;
    put(parts.words, detail);
    const router = retryOf(state, known) === "router" ? this.router() : null;
    parts.retry.hidden = router === null || this.#stranger;
    parts.change.hidden = router === null || this.#facts.origin !== "stored";
    if (router !== null) this.#ask(router);
    return true;
  }

  #mend() {
    this.#parts.fixes.replaceChildren(remedyList(this.#shown, this.#facts, this.texts));
  }

  /** How the router is configured, once: its commands are told with its user and service. */
  async #ask(router) {
    if (this.#asked === router) return;
    this.#asked = router;
    const who = await this.looking;
    if (!who || !mayChange(who)) return;
    try {
      const { user, tls, origin } = await api.get(`/api/v1/routers/${encodeURIComponent(router)}`);
      this.#facts = { user, tls, origin };
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
    const fixes = element("div");
    const detail = element("details", "mend-detail");
    const words = element("p");
    detail.append(element("summary", "", texts.router_words), words);
    const retry = element("button", "main", texts.try_now);
    retry.type = "button";
    retry.dataset.testid = "router-retry";
    const said = element("p", "done");
    said.setAttribute("role", "status");
    retry.addEventListener("click", async () => {
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
    const change = element("button", "", texts.router_change);
    change.type = "button";
    change.dataset.testid = "router-change";
    change.addEventListener("click", () => this.#change());
    const actions = element("div", "mend-actions");
    actions.append(retry, change, said);
    const text = element("div", "mend-text");
    text.append(title, why, fixes, detail, actions);
    root.replaceChildren(picture, text);
    return { picture, title, why, fixes, detail, words, retry, change, said };
  }

  /** The form of this router, where its password, address or encryption can be put right. */
  async #change() {
    const id = this.router();
    const { texts, lang } = this;
    const { routerForm } = await import("../routers/router-form.js");
    const router = await api.get(`/api/v1/routers/${encodeURIComponent(id)}`).catch((error) => {
      if (!leaveForLogin(error)) put(this.#parts.said, error.message);
      return null;
    });
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
