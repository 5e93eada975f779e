// A new password, typed twice with a button that shows it: the same two fields wherever one is made.

import { input, passwordField } from "../shared/form.js";

/** The shortest password that the server takes. */
export const SHORTEST = 8;

/**
 * @param {Record<string, string>} texts
 * @param {{name?: string, label?: string, note?: string, optional?: boolean}} [as] `optional`: empty means none
 * @returns {{fields: HTMLElement[], password: HTMLInputElement, wrong: () => [HTMLElement, string]|null}} `wrong` is
 *   what a form's `check` is
 */
export function newPasswordFields(texts, as = {}) {
  const { name = "password", label = texts.door_password, note = texts.form_password_note, optional = false } = as;
  const attributes = { type: "password", autocomplete: "new-password", required: !optional };
  const password = input({ ...attributes, name });
  const again = input({ ...attributes, name: "again" });
  const first = passwordField(label, password, texts, note);
  const second = passwordField(texts.site_password_again, again, texts);
  // Whoever sees the one wants to see the other beside it.
  const shows = [first, second].map((field) => field.querySelector(/** @type {"button"} */ ("button")));
  for (const [at, show] of shows.entries())
    show.addEventListener("click", () => {
      const open = [password, again][at].type === "text";
      for (const field of [first, second]) field.reveal(open);
    });
  return {
    fields: [first, second],
    password,
    wrong() {
      if (optional && password.value === "" && again.value === "") return null;
      if (password.value.length < SHORTEST) return [password, texts.form_password_note];
      return password.value === again.value ? null : [again, texts.form_differs];
    },
  };
}
