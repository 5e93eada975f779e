// What logged-in people do with their own account: change the password, log out.

import { api } from "../shared/api.js";
import { below } from "../shared/base-path.js";
import { dialog } from "../shared/dialog.js";
import { button, complain, end, field, input, onSubmit } from "../shared/form.js";
import { element, put } from "../shared/elements.js";

/** The shortest password that the server takes. */
export const SHORTEST = 8;

export async function logout() {
  // Whatever the server says, one wants to be out: the login's page tells whether one is.
  await api.send("POST", "/api/v1/logout").catch(() => {});
  location.assign(below("/login"));
}

let made = null;

export function passwordDialog(texts) {
  made ??= build(texts);
  made.form.reset();
  made.form.hidden = false;
  put(made.done, "");
  made.dialog.open();
  made.old.focus();
}

function build(texts) {
  const made = dialog("password", texts.site_password, texts.close);
  const form = element("form", "form");
  const old = input({ type: "password", name: "old", autocomplete: "current-password", required: true });
  const fresh = input({
    type: "password",
    name: "new",
    autocomplete: "new-password",
    required: true,
    minlength: SHORTEST,
  });
  const again = input({ type: "password", name: "again", autocomplete: "new-password", required: true });
  const send = button(texts.form_save, "password-save", null, "main");
  send.type = "submit";
  form.append(
    field(texts.site_password_old, old),
    field(texts.site_password_new, fresh, texts.form_password_note),
    field(texts.site_password_again, again),
    end(send),
  );
  const done = element("p", "done");
  done.setAttribute("role", "status");
  made.body.append(form, done);
  onSubmit(form, {
    texts,
    check() {
      if (fresh.value.length < SHORTEST) return [fresh, texts.form_password_note];
      return fresh.value === again.value ? null : [again, texts.form_differs];
    },
    async send() {
      try {
        await api.send("POST", "/api/v1/password", { old: old.value, new: fresh.value });
      } catch (error) {
        if (error.code !== "wrong-login") throw error;
        complain(old, texts.site_password_wrong);
        old.select();
        return;
      }
      form.hidden = true;
      put(done, texts.site_password_changed);
    },
  });
  return { dialog: made, form, old, done };
}
