// The accounts: who may log in, with which role, and what they may see.

import { api } from "../shared/api.js";
import { element } from "../shared/elements.js";
import { button, end, field, input, onSubmit, select } from "../shared/form.js";
import { fill } from "../shared/format.js";
import { AccessLimits, limitWords } from "./access-limits.js";
import { SHORTEST } from "./own-account.js";
import { openDialog, confirmed, settingsItem } from "./settings-list.js";
/** @import { RouterEntry } from "../data/types.js" */

export class Users {
  /**
   * @param {{root: HTMLElement, texts: Record<string, string>, routers: RouterEntry[], first: boolean, joined: () =>
   *   void}} page `first`: nobody has an account yet; `joined`: now somebody has
   */
  constructor({ root, texts, routers, first, joined }) {
    this.root = root;
    this.texts = texts;
    this.routers = routers;
    this.first = first;
    this.joined = joined;
    this.list = element("ul", "things");
    root.append(this.list);
    root.querySelector(".page-head").append(button(texts.set_user_add, "user-add", () => this.#form(null)));
  }

  async load() {
    const { users } = await api.get("/api/v1/users");
    const { texts } = this;
    this.list.replaceChildren(
      ...users.map((user) => {
        const facts = [
          texts[`role.${user.role}`],
          user.role === "viewer" && limitWords(user.only, this.routers, texts),
        ];
        const change = button(texts.fleet_change, "user-change", () => this.#form(user));
        const remove = button(texts.fleet_remove, "user-remove", () => this.#remove(user), "bad");
        change.setAttribute("aria-label", `${texts.fleet_change}: ${user.name}`);
        remove.setAttribute("aria-label", `${texts.fleet_remove}: ${user.name}`);
        return settingsItem(user.name, facts, change, remove);
      }),
    );
    this.root.hidden = false;
  }

  #remove(user) {
    const { texts } = this;
    confirmed(user.name, fill(texts.set_user_sure, { name: user.name }), texts.fleet_remove_yes, texts, async () => {
      await api.send("DELETE", `/api/v1/users/${user.id}`);
      await this.load();
    });
  }

  #form(user) {
    const { texts } = this;
    const form = element("form", "form");
    form.dataset.testid = "user-form";
    const name = input({
      name: "name",
      autocomplete: "off",
      autocapitalize: "none",
      spellcheck: "false",
      required: true,
      disabled: user !== null,
    });
    name.value = user?.name ?? "";
    const role = select(
      "role",
      this.first
        ? [["administrator", texts["role.administrator"]]]
        : [
            ["viewer", texts["role.viewer"]],
            ["administrator", texts["role.administrator"]],
          ],
    );
    role.value = user?.role ?? role.options[0].value;
    const limits = new AccessLimits({ only: user?.only, routers: this.routers, texts });
    const show = () => (limits.root.hidden = role.value === "administrator");
    role.addEventListener("change", show);
    show();
    const password = input({
      type: "password",
      name: "password",
      autocomplete: "new-password",
      required: user === null,
    });
    const send = button(texts.form_save, "user-save", null, "main");
    send.type = "submit";
    const note = user ? texts.set_password_keep : texts.form_password_note;
    form.append(
      field(texts.door_name, name),
      field(texts.set_role, role, texts.set_role_note),
      limits.root,
      field(user ? texts.site_password_new : texts.door_password, password, note),
      end(send),
    );
    onSubmit(form, {
      texts,
      check: () =>
        password.value !== "" && password.value.length < SHORTEST ? [password, texts.form_password_note] : null,
      send: async () => {
        const only = limits.value();
        const wanted = { role: role.value, ...(only && { only }), ...(password.value && { password: password.value }) };
        if (user) await api.send("PATCH", `/api/v1/users/${user.id}`, wanted);
        else await api.send("POST", "/api/v1/users", { name: name.value.trim(), ...wanted });
        dialog.root.close();
        if (this.first) this.joined();
        else await this.load();
      },
    });
    const dialog = openDialog(user ? user.name : texts.set_user_add, texts, form);
  }
}
