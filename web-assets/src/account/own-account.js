// What logged-in people do with their own account: change the password, log out.

import { forgetLastSeen } from "../app/last-seen.js";
import { api } from "../shared/api.js";
import { below } from "../shared/base-path.js";
import { dialog } from "../shared/dialog.js";
import { element } from "../shared/elements.js";
import { button, complain, end, input, onSubmit, passwordField } from "../shared/form.js";
import { shortNote } from "../shared/short-note.js";
import { newPasswordFields } from "./new-password.js";

export async function logout() {
  // Whatever the server says, one wants to be out: the login's page tells whether one is.
  await api.send("POST", "/api/v1/logout").catch(() => {});
  forgetLastSeen();
  location.assign(below("/login"));
}

let made = null;

export function passwordDialog(texts) {
  made ??= build(texts);
  made.form.reset();
  made.dialog.open();
  made.old.focus();
}

function build(texts) {
  const made = dialog("password", texts.site_password, texts.close);
  made.root.classList.add("narrow");
  const form = element("form", "form");
  const old = input({ type: "password", name: "old", autocomplete: "current-password", required: true });
  const twice = newPasswordFields(texts, { name: "new", label: texts.site_password_new });
  const send = button(texts.form_save, "password-save", null, "main");
  send.type = "submit";
  form.append(passwordField(texts.site_password_old, old, texts), ...twice.fields, end(send));
  made.body.append(form);
  onSubmit(form, {
    texts,
    check: twice.wrong,
    async send() {
      try {
        await api.send("POST", "/api/v1/password", { old: old.value, new: twice.password.value });
      } catch (error) {
        if (error.code !== "wrong-login") throw error;
        complain(old, texts.site_password_wrong);
        old.select();
        return;
      }
      made.root.close();
      shortNote(texts.site_password_changed);
    },
  });
  return { dialog: made, form, old };
}
