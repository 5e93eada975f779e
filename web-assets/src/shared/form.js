// Form helpers: fields with labels, errors shown at their field, and one submission at a time.

import { leaveForLogin } from "../account/auth.js";
import { element, put } from "./elements.js";
import { styleSheet } from "./style-sheet.js";

let made = 0;

/**
 * A field with its label; what is wrong with it stands below.
 * @param {string} label
 * @param {HTMLElement} input
 * @returns {HTMLElement} the input is its `control`
 */
export function field(label, input, note = "") {
  styleSheet(import.meta.url, "./form.css");
  const root = element("div", "field");
  const name = element("label", "", label);
  input.id ||= `field-${++made}`;
  name.htmlFor = input.id;
  const wrong = element("p", "wrong");
  wrong.id = `${input.id}-wrong`;
  wrong.hidden = true;
  root.append(name, input);
  if (note) {
    const more = element("p", "note", note);
    more.id = `${input.id}-note`;
    root.append(more);
  }
  root.append(wrong);
  input.setAttribute("aria-describedby", [note && `${input.id}-note`, wrong.id].filter(Boolean).join(" "));
  return Object.assign(root, { control: input });
}

/**
 * A field for a password, with a button that shows what is typed: whoever types it twice, or reads it from elsewhere,
 * wants to see it.
 * @param {string} label
 * @param {HTMLInputElement} secret
 * @param {Record<string, string>} texts
 * @returns {HTMLElement & {control: HTMLElement, reveal: (open: boolean) => void}}
 */
export function passwordField(label, secret, texts, note = "") {
  const root = field(label, secret, note);
  root.classList.add("secret");
  const show = button(texts.form_show, "password-show", () => reveal(secret.type === "password"), "bare");
  const reveal = (open) => {
    secret.type = open ? "text" : "password";
    // The word says what it does now; pressed besides would say the opposite.
    put(show, open ? texts.form_hide : texts.form_show);
  };
  show.setAttribute("aria-controls", secret.id);
  secret.spellcheck = false;
  secret.setAttribute("autocapitalize", "none");
  reveal(secret.type !== "password");
  const both = element("div", "secret-box");
  secret.replaceWith(both);
  both.append(secret, show);
  return Object.assign(root, { control: secret, reveal });
}

/** A field for text; `attributes` such as type, name, autocomplete. */
export function input(attributes) {
  const made = element("input");
  for (const [name, value] of Object.entries(attributes)) {
    if (value === true) made.setAttribute(name, "");
    else if (value !== false) made.setAttribute(name, value);
  }
  return made;
}

/** A choice of `[value, word]`. */
export function select(name, options) {
  const made = element("select");
  made.name = name;
  for (const [value, word] of options) {
    const option = element("option", "", word);
    option.value = value;
    made.append(option);
  }
  return made;
}

export function button(word, testid, click, kind = "") {
  const made = element("button", kind, word);
  made.type = "button";
  if (testid) made.dataset.testid = testid;
  if (click) made.addEventListener("click", click);
  return made;
}

/** Says what is wrong with a field; nothing where nothing is. */
export function complain(control, text) {
  const wrong = document.getElementById(`${control.id}-wrong`);
  if (text) control.setAttribute("aria-invalid", "true");
  else control.removeAttribute("aria-invalid");
  if (!wrong) return;
  put(wrong, text);
  wrong.hidden = !text;
}

/**
 * Sends a form: once at a time, and what the server finds wrong is said at the field it names, or else below.
 * @param {HTMLFormElement} form its `.said` element says what belongs to no field
 * @param {{texts: Record<string, string>, check?: () => [HTMLElement, string]|null, send: () => Promise<void>}} does
 */
export function onSubmit(form, { texts, check, send }) {
  let busy = false;
  form.noValidate = true;
  form.addEventListener("input", (event) => complain(event.target, ""));
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    if (busy) return;
    say(form, "");
    for (const control of form.elements) if (control.id) complain(control, "");
    const wrong = missing(form, texts) ?? check?.();
    if (wrong) {
      complain(...wrong);
      wrong[0].focus();
      return;
    }
    busy = true;
    form.setAttribute("aria-busy", "true");
    try {
      await send();
    } catch (error) {
      failed(form, error, texts);
    } finally {
      busy = false;
      form.removeAttribute("aria-busy");
    }
  });
}

/** What went wrong, in a sentence: of the API's code where there is one for it, else the server's own. */
export function sentence(error, texts) {
  if (error.status === undefined) return texts.form_no_answer;
  return texts[`problem.${error.code}`] ?? error.detail ?? error.message;
}

/** Says a sentence below the form's fields. */
export function say(form, text) {
  const said = form.querySelector(".said");
  put(said, text);
  said.hidden = !text;
}

function failed(form, error, texts) {
  if (leaveForLogin(error)) return;
  const control = error.field && form.elements.namedItem(error.field);
  const text = sentence(error, texts);
  if (control?.id) {
    complain(control, text);
    control.focus();
  } else say(form, text);
}

function missing(form, texts) {
  const empty = [...form.elements].find((control) => control.required && control.value.trim() === "");
  return empty ? [empty, texts.form_needed] : null;
}

/** The end of a form: what is said of it, and its buttons. */
export function end(...buttons) {
  const root = element("div", "form-end");
  const said = element("p", "said wrong");
  said.setAttribute("role", "alert");
  said.hidden = true;
  root.append(said, ...buttons);
  return root;
}
