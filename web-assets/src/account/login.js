// The login page. It also makes the first administrator, with the code that the server printed on its terminal.

import { api } from "../shared/api.js";
import { mayChange, me, ownPath } from "./auth.js";
import { element, put } from "../shared/elements.js";
import { button, complain, end, field, input, onSubmit, passwordField, say } from "../shared/form.js";
import { fill } from "../shared/format.js";
import { language, theme } from "../app/theme-and-language.js";
import { newPasswordFields } from "./new-password.js";

const { lang, texts, demo = [] } = JSON.parse(document.body.dataset.page);
const byId = (id) => document.getElementById(id);
/** A server that does not answer is asked again after this long, ms. */
const AGAIN = 3_000;

const to = ownPath(new URLSearchParams(location.search).get("to"));
const onwards = () => location.replace(to);

theme(byId("theme"), texts, () => {});
language(byId("lang"), lang);
begin();

async function begin() {
  try {
    const who = await me();
    const { state } = who;
    put(byId("door-why"), "");
    if (state === "login") show(loginForm(), texts.door_login);
    else if (state === "setup") show(setupForm(), texts.door_setup, texts.door_setup_how);
    else if (state === "open" && !mayChange(who)) either();
    else onwards();
  } catch {
    put(byId("door-why"), texts.door_no_server);
    setTimeout(begin, AGAIN);
  }
}

/** Everybody may look here, so that the server need not say whether there is an administrator: one of two ways in. */
function either() {
  show(loginForm(), texts.door_login);
  const first = button(texts.door_first, "first-administrator", () =>
    show(setupForm(), texts.door_setup, texts.door_setup_code),
  );
  byId("door").append(first);
}

function show(form, title, why = "") {
  put(byId("door-title"), title);
  put(byId("door-why"), why);
  byId("door").replaceChildren(form);
  form.elements[0].focus();
}

function submit(word, testid) {
  const made = button(word, testid, null, "main");
  made.type = "submit";
  return made;
}

function accountName() {
  return input({
    name: "name",
    autocomplete: "username",
    autocapitalize: "none",
    spellcheck: "false",
    required: true,
  });
}

function loginForm() {
  const form = element("form", "form");
  form.dataset.testid = "login-form";
  const name = accountName();
  const password = input({ type: "password", name: "password", autocomplete: "current-password", required: true });
  const send = submit(texts.door_enter, "login");
  form.append(field(texts.door_name, name), passwordField(texts.door_password, password, texts), end(send));
  if (demo.length > 0) form.prepend(demoAccounts(name, password));
  onSubmit(form, {
    texts,
    async send() {
      try {
        await api.send("POST", "/api/v1/login", { name: name.value.trim(), password: password.value });
        onwards();
      } catch (error) {
        if (error.code === "wrong-login") password.select();
        if (!wait(form, send, error)) throw error;
      }
    },
  });
  return form;
}

/** A demonstration tells its accounts: one is put into the form by a click. */
function demoAccounts(name, password) {
  const list = element("div", "demo-accounts");
  list.dataset.testid = "demo-accounts";
  list.append(element("p", "note", texts.door_demo));
  for (const account of demo) {
    const words = `${account.name} / ${account.password} (${texts[`role.${account.role}`]})`;
    const fill = button(words, `demo-${account.name}`, () => {
      name.value = account.name;
      password.value = account.password;
    });
    list.append(fill);
  }
  return list;
}

function setupForm() {
  const form = element("form", "form");
  form.dataset.testid = "setup-form";
  const code = input({
    name: "code",
    class: "code",
    autocomplete: "one-time-code",
    autocapitalize: "characters",
    spellcheck: "false",
    placeholder: "XXXX-XXXX-XXXX",
    required: true,
  });
  const name = accountName();
  const twice = newPasswordFields(texts);
  const send = submit(texts.door_make, "setup");
  form.append(
    field(texts.door_code, code, texts.door_code_note),
    field(texts.door_name, name),
    ...twice.fields,
    end(send),
  );
  onSubmit(form, {
    texts,
    check: twice.wrong,
    async send() {
      try {
        await api.send("POST", "/api/v1/setup", {
          code: code.value.trim(),
          name: name.value.trim(),
          password: twice.password.value,
        });
        onwards();
      } catch (error) {
        if (error.code === "forbidden") {
          complain(code, texts.door_code_wrong);
          code.select();
        } else if (!wait(form, send, error)) throw error;
      }
    },
  });
  return form;
}

/** Too many attempts: the button counts down and can be pressed after that. False where it is something else. */
function wait(form, send, error) {
  if (error.code !== "too-many-attempts") return false;
  const end = performance.now() + waitOf(error) * 1_000;
  const word = send.textContent;
  // Said once: a reader's voice does not count along.
  say(form, texts.door_wait);
  const tell = () => {
    const left = Math.ceil((end - performance.now()) / 1_000);
    send.disabled = left > 0;
    put(send, left > 0 ? fill(texts.door_wait_n, { word, n: left }) : word);
    if (left > 0) return;
    clearInterval(timer);
    say(form, "");
  };
  const timer = setInterval(tell, 500);
  tell();
  return true;
}

/** How long the server wants to be left alone, s. */
function waitOf({ retryAfter, detail }) {
  const told = Number(retryAfter ?? /\d+/.exec(detail ?? "")?.[0]);
  return told > 0 ? Math.min(told, 3_600) : 30;
}
