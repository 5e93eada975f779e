// The commands that make Lalin's user on a router, with the password that stands in the form, ready to be copied into
// the router's terminal.

import { leaveForLogin } from "../account/auth.js";
import { api } from "../shared/api.js";
import { copy } from "../shared/copy-button.js";
import { element, put } from "../shared/elements.js";
import { button, input, sentence } from "../shared/form.js";
import { fill } from "../shared/format.js";
import { boundTo, commandsOf, newPassword } from "./setup-script.js";
/** @import { Texts } from "../data/types.js" */

/** How long the button says that it was done, ms. */
const SAID = 2_500;
/** What RouterOS's own menus are called is the same in every language. */
const TERMINAL = "New Terminal";

export class SetupScriptPanel {
  /** The password in the script. */
  password = newPassword();
  #script = "";
  #asked = "";
  #back = null;

  /**
   * @param {object} page
   * @param {Texts} page.texts
   * @param {() => void} page.renewed there is another password
   */
  constructor({ texts, renewed }) {
    this.texts = texts;
    this.root = element("aside", "script-panel");
    this.root.id = "setup-script";
    this.root.dataset.testid = "setup-script-panel";
    this.root.setAttribute("aria-labelledby", "setup-script-title");
    const title = element("h3", "", texts.setup_script);
    title.id = "setup-script-title";
    this.code = element("code", "script");
    this.code.tabIndex = 0;
    this.code.setAttribute("role", "group");
    this.code.setAttribute("aria-label", texts.setup_script);
    this.wrong = element("p", "wrong");
    this.wrong.setAttribute("role", "alert");
    this.wrong.hidden = true;
    this.copying = button(texts.setup_script_copy, "setup-copy", () => this.#copy(), "edge copy");
    this.copying.setAttribute("aria-live", "polite");
    const renew = button(texts.setup_script_renew, "setup-renew", () => {
      this.password = newPassword();
      this.#show();
      renewed();
    });
    const actions = element("div", "script-actions");
    actions.append(this.copying, renew);
    this.bound = input({ type: "checkbox", "data-testid": "setup-bound" });
    this.bound.addEventListener("change", () => this.#show());
    this.boundWord = element("span");
    this.boundLine = element("label", "script-bound");
    this.boundLine.append(this.bound, this.boundWord);
    this.boundLine.hidden = true;
    this.root.append(
      title,
      element("p", "note", texts.setup_script_how),
      this.code,
      this.wrong,
      actions,
      this.boundLine,
      element("h3", "", texts.setup_how),
      this.#how(),
    );
  }

  #how() {
    const { texts } = this;
    const list = element("ol", "how");
    for (const [text, strong] of [
      [texts.setup_how_terminal, TERMINAL],
      [texts.setup_how_paste, ""],
      [texts.setup_how_test, texts.setup_test],
    ]) {
      const item = element("li");
      const [before, after = ""] = text.split("{name}");
      item.append(before);
      if (strong) item.append(element("b", "", strong), after);
      list.append(item);
    }
    return list;
  }

  /**
   * The script for this router and user. The same asked again asks nothing.
   * @param {{user: string, tls: boolean, towards: string|null, near: boolean}} router `near`: no translation of
   *   addresses lies between, so that the router sees this server's own address
   */
  async load({ user, tls, towards, near }) {
    const query = new URLSearchParams({ tls: tls ? "1" : "0", ...(user && { user }), ...(towards && { towards }) });
    const asked = `${query}`;
    if (asked === this.#asked) return;
    this.#asked = asked;
    try {
      const script = await api.get(`/api/v1/setup-script?${query}`);
      if (asked !== this.#asked) return;
      const before = boundTo(this.#script);
      this.#script = script;
      const own = boundTo(script);
      this.boundLine.hidden = own === null;
      put(this.boundWord, own === null ? "" : fill(this.texts.setup_script_from, { address: own }));
      // Whoever unticked it meant it, as long as it is about the same address.
      if (own !== before) this.bound.checked = own !== null && near;
      this.#said("");
      this.#show();
    } catch (error) {
      if (asked !== this.#asked || leaveForLogin(error)) return;
      this.#asked = "";
      this.#said(sentence(error, this.texts));
    }
  }

  #said(text) {
    put(this.wrong, text);
    this.wrong.hidden = !text;
  }

  #show() {
    if (!this.#script) return;
    const text = commandsOf(this.#script, { password: this.password, bound: this.bound.checked });
    if (this.code.textContent === text) return;
    const [before, after] = text.split(this.password);
    this.code.replaceChildren(before);
    if (after !== undefined) this.code.append(element("mark", "", this.password), after);
  }

  async #copy() {
    clearTimeout(this.#back);
    const done = await copy(this.code.textContent, () => getSelection()?.selectAllChildren(this.code));
    put(this.copying, done ? this.texts.copied : this.texts.copy_selected);
    this.copying.toggleAttribute("data-copied", done);
    this.#back = setTimeout(() => {
      put(this.copying, this.texts.setup_script_copy);
      this.copying.removeAttribute("data-copied");
    }, SAID);
  }

  stop() {
    clearTimeout(this.#back);
  }
}
