// The accounts: who may log in, with which role, and what they may see.

import { api } from "../shared/api.js";
import { element } from "../shared/elements.js";
import { button, end, field, input, onSubmit, select } from "../shared/form.js";
import { fill } from "../shared/format.js";
import { shortNote } from "../shared/short-note.js";
import { AccessLimits, limitWords } from "./access-limits.js";
import { newPasswordFields } from "./new-password.js";
import { openDialog, confirmed, settingsRow, settingsTable } from "./settings-list.js";
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
    this.list = settingsTable(texts.set_users, [texts.door_name, texts.set_role, texts.set_sees, texts.set_actions]);
    root.append(this.list);
    const word = first ? texts.set_user_first : texts.set_user_add;
    root.querySelector(".page-head").append(button(word, "user-add", () => this.#form(null), first ? "main" : "edge"));
  }

  async load() {
    const { users } = await api.get("/api/v1/users");
    const { texts } = this;
    this.list.hidden = users.length === 0;
    this.list.set(
      users.map((user) => {
        const facts = [
          texts[`role.${user.role}`],
          user.role === "viewer" ? limitWords(user.only, this.routers, texts) : texts.set_sees_all,
        ];
        const change = button(texts.fleet_change, "user-change", () => this.#form(user), "bare");
        const remove = button(texts.fleet_remove, "user-remove", () => this.#remove(user), "bare bad");
        change.setAttribute("aria-label", `${texts.fleet_change}: ${user.name}`);
        remove.setAttribute("aria-label", `${texts.fleet_remove}: ${user.name}`);
        return settingsRow(user.name, facts, change, remove);
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
    const twice = newPasswordFields(
      texts,
      user ? { label: texts.site_password_new, note: texts.set_password_keep, optional: true } : {},
    );
    const send = button(this.first ? texts.door_make : texts.form_save, "user-save", null, "main");
    send.type = "submit";
    form.append(
      field(texts.door_name, name),
      // The first one has to be an administrator: there is nothing to choose.
      ...(this.first ? [] : [field(texts.set_role, role, texts.set_role_note), limits.root]),
      ...twice.fields,
      end(send),
    );
    onSubmit(form, {
      texts,
      check: twice.wrong,
      send: async () => {
        const only = limits.value();
        const secret = twice.password.value;
        const wanted = { role: role.value, ...(only && { only }), ...(secret && { password: secret }) };
        // On this machine no code is needed, and whoever makes the first one is logged in with it.
        if (this.first)
          await api.send("POST", "/api/v1/setup", { code: "", name: name.value.trim(), password: secret });
        else if (user) await api.send("PATCH", `/api/v1/users/${user.id}`, wanted);
        else await api.send("POST", "/api/v1/users", { name: name.value.trim(), ...wanted });
        dialog.root.close();
        if (this.first) return this.joined();
        await this.load();
        shortNote(fill(texts.setup_saved, { name: name.value.trim() }));
      },
    });
    const title = user ? user.name : this.first ? texts.set_user_first : texts.set_user_add;
    const dialog = openDialog(title, texts, form);
  }
}
