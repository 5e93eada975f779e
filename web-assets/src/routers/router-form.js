// The form for adding or changing a router: choose one found on the network, test the connection, save.

import { api } from "../shared/api.js";
import { leaveForLogin } from "../account/auth.js";
import { element } from "../shared/elements.js";
import { endpoint, fingerprint, port as portOf } from "./address-input.js";
import { button, complain, end, field, input, onSubmit, say, select, sentence } from "../shared/form.js";
import { fill } from "../shared/format.js";
import { Poller } from "../data/poller.js";
import { neighbours } from "./neighbour-list.js";
import { scriptDialog } from "./setup-script-dialog.js";
import { checkSteps } from "../trouble/check-steps.js";
/** @import { RouterEntry, Texts } from "../data/types.js" */

const PORTS = { off: "8728", tls: "8729" };
/** Fields on which the test's result depends. */
const TESTED = ["address", "port", "user", "password", "tls", "pin"];
const POLICIES = ["off", "first-use", "system", "pin", "insecure"];

/**
 * @param {HTMLElement} root empty
 * @param {object} page
 * @param {Texts} page.texts
 * @param {string} page.lang
 * @param {(router: RouterEntry) => void} page.saved
 * @param {RouterEntry} [page.router] the one to change, as `GET /api/v1/routers/{id}` tells it
 * @returns {{stop: () => void}} ends what it asks of the server
 */
export function routerForm(root, { texts, lang, saved, router }) {
  const form = element("form", "form setup");
  form.dataset.testid = "setup";
  const text = (name, more = {}) =>
    input({ name, type: "text", autocomplete: "off", spellcheck: "false", autocapitalize: "none", ...more });
  const name = text("name", { maxlength: "255" });
  const address = text("address", { required: true, inputmode: "url", placeholder: "192.168.88.1" });
  const port = text("port", { inputmode: "numeric", maxlength: "5" });
  const user = text("user", { required: true, autocomplete: "off", placeholder: "lalin" });
  const password = input({ name: "password", type: "password", autocomplete: "new-password" });
  const tls = select(
    "tls",
    POLICIES.map((policy) => [policy, texts[`setup_tls.${policy}`]]),
  );
  const pin = text("pin", { maxlength: "100", placeholder: "AB:CD:…" });
  const interval = select(
    "intervalMs",
    ["", "1000", "2000", "5000", "10000", "30000", "60000"].map((ms) => [
      ms,
      ms ? fill(texts["age.seconds"], { n: Number(ms) / 1000 }) : texts.setup_usual,
    ]),
  );
  const tags = text("tags");
  const notes = element("textarea");
  Object.assign(notes, { name: "notes", rows: 2 });
  const shown = button(texts.setup_show, "password-show", () => {
    const open = password.type === "password";
    password.type = open ? "text" : "password";
    shown.setAttribute("aria-pressed", String(open));
  });
  shown.setAttribute("aria-pressed", "false");

  const secret = field(texts.setup_password, password, router ? texts.setup_password_kept : "");
  secret.insertBefore(shown, password.nextSibling);
  const pinned = field(texts.setup_pin, pin);
  const more = element("details", "setup-more");
  more.append(
    element("summary", "", texts.setup_more),
    field(texts.setup_name, name),
    field(texts.setup_interval, interval),
    field(texts.setup_tags, tags, texts.setup_tags_note),
    field(texts.setup_notes, notes),
  );
  const test = button(texts.setup_test, "setup-test", () => check());
  const save = button(texts.setup_save, "setup-save", null, "main");
  save.type = "submit";
  const found = element("div", "setup-found");
  const report = element("div", "setup-report");
  report.setAttribute("aria-live", "polite");
  const row = element("div", "setup-row");
  row.append(field(texts.setup_address, address), field(texts.setup_port, port));
  form.append(
    row,
    field(texts.setup_user, user),
    secret,
    field(texts.setup_tls, tls),
    pinned,
    more,
    report,
    end(
      test,
      save,
      button(texts.setup_script, "setup-script", () => script()),
    ),
  );
  root.append(found, form);

  const encrypted = () => tls.value !== "off";
  function follow() {
    port.placeholder = encrypted() ? PORTS.tls : PORTS.off;
    // The other kind's usual port was not meant for this one.
    if (port.value === (encrypted() ? PORTS.off : PORTS.tls)) port.value = "";
    pinned.hidden = tls.value !== "pin";
    pin.required = tls.value === "pin";
  }
  tls.addEventListener("change", follow);
  // An address is often pasted with its port.
  address.addEventListener("change", () => {
    const typed = endpoint(address.value);
    if (!typed?.port) return;
    address.value = bracketed(typed.host);
    port.value = String(typed.port);
    complain(port, "");
  });
  // What was found of another connection says nothing of this one.
  form.addEventListener("input", ({ target }) => {
    if (TESTED.includes(/** @type {HTMLInputElement} */ (target).name)) report.replaceChildren();
  });
  if (router) {
    name.value = router.name ?? "";
    address.value = bracketed(router.host ?? "");
    port.value = String(router.port ?? "");
    user.value = router.user ?? "";
    const policy = router.tlsPolicy ?? "off";
    tls.value = policy.startsWith("pin:") ? "pin" : policy;
    pin.value = policy.startsWith("pin:") ? policy.slice(4) : "";
    const often = String(router.intervalMs ?? "");
    if ([...interval.options].some(({ value }) => value === often)) interval.value = often;
    tags.value = (router.tags ?? []).join(", ");
    notes.value = router.notes ?? "";
  }
  follow();

  /** What the form says, as the API takes it. */
  function said() {
    const told = {
      address: address.value.trim(),
      user: user.value.trim(),
      tls: tls.value === "pin" ? `pin:${fingerprint(pin.value) ?? pin.value.trim()}` : tls.value,
      name: name.value.trim(),
      notes: notes.value,
      tags: tags.value
        .split(",")
        .map((tag) => tag.trim())
        .filter(Boolean),
    };
    if (port.value.trim()) told.port = Number(port.value);
    if (interval.value) told.intervalMs = Number(interval.value);
    // A password that is not typed again stays as it is.
    if (!router || password.value) told.password = password.value;
    return told;
  }

  /** @returns {[HTMLElement, string]|null} the first field that cannot be as it is, and why */
  function wrong() {
    if (endpoint(address.value) === null) return [address, texts.setup_address_wrong];
    if (port.value.trim() && portOf(port.value.trim()) === null) return [port, texts.setup_port_wrong];
    return tls.value === "pin" && fingerprint(pin.value) === null ? [pin, texts.setup_pin_wrong] : null;
  }

  async function check() {
    const empty = [address, user].find((control) => control.value.trim() === "");
    /** @type {[HTMLElement, string]|null} */
    const bad = empty ? [empty, texts.form_needed] : wrong();
    if (bad) {
      complain(...bad);
      bad[0].focus();
      return;
    }
    test.disabled = true;
    say(form, "");
    report.replaceChildren(element("p", "note", texts.setup_testing));
    try {
      const { name: _, notes: __, tags: ___, ...asked } = said();
      const path = router ? `/api/v1/routers/${encodeURIComponent(router.id)}/check` : "/api/v1/check";
      const told = await api.send("POST", path, asked);
      report.replaceChildren(
        checkSteps(told, { user: asked.user, tls: encrypted() }, texts, (fingerprint) => {
          tls.value = "pin";
          pin.value = fingerprint;
          follow();
        }),
      );
      // It may be longer than what is seen.
      report.scrollIntoView({ block: "nearest" });
    } catch (error) {
      report.replaceChildren();
      if (leaveForLogin(error)) return;
      const control = error.field && form.elements.namedItem(error.field);
      if (control instanceof HTMLElement && control.id) complain(control, sentence(error, texts));
      else say(form, sentence(error, texts));
    } finally {
      test.disabled = false;
    }
  }

  onSubmit(form, {
    texts,
    check: wrong,
    async send() {
      const path = router ? `/api/v1/routers/${encodeURIComponent(router.id)}` : "/api/v1/routers";
      saved(await api.send(router ? "PATCH" : "POST", path, said()));
    },
  });

  let shownScript = null;
  function script() {
    shownScript ??= scriptDialog(texts);
    // The script makes a user: the one that every router has is not meant.
    const named = user.value.trim();
    shownScript.open(encrypted(), named === "admin" ? "" : named);
  }

  const gone = () => shownScript?.root.remove();
  if (router) return { stop: gone };
  const poller = new Poller(
    () => api.get("/api/v1/discovery"),
    (heard) =>
      neighbours(found, heard, texts, (chosen) => {
        address.value = bracketed(chosen);
        report.replaceChildren();
        complain(address, "");
        (user.value ? password : user).focus();
      }),
    () => {},
    globalThis,
    true,
  );
  if (!document.hidden) poller.start();
  const hidden = () => (document.hidden ? poller.stop() : poller.start());
  document.addEventListener("visibilitychange", hidden);
  return {
    stop() {
      gone();
      poller.stop();
      document.removeEventListener("visibilitychange", hidden);
    },
  };
}

/** An address as it stands before a port. */
function bracketed(host) {
  return host.includes(":") ? `[${host}]` : host;
}
