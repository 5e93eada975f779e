// The fields of a router's form: what can be said in them, what a router fills them with, and what they say.

import { element } from "../shared/elements.js";
import { input, select } from "../shared/form.js";
import { endpoint, fingerprint, port as portOf } from "./address-input.js";
/** @import { RouterEntry, Texts } from "../data/types.js" */

const POLICIES = ["off", "first-use", "system", "pin", "insecure"];
const INTERVALS = ["", "1000", "2000", "5000", "10000", "30000", "60000"];

/**
 * @typedef {object} Fields
 * @property {HTMLInputElement} name
 * @property {HTMLInputElement} address
 * @property {HTMLInputElement} port
 * @property {HTMLInputElement} user
 * @property {HTMLInputElement} password
 * @property {HTMLSelectElement} tls
 * @property {HTMLInputElement} pin
 * @property {HTMLSelectElement} interval
 * @property {HTMLInputElement} tags
 * @property {HTMLTextAreaElement} notes
 */

/**
 * @param {Texts} texts
 * @param {string} lang
 * @returns {Fields}
 */
export function routerFields(texts, lang) {
  const text = (name, more = {}) =>
    input({ name, type: "text", autocomplete: "off", spellcheck: "false", autocapitalize: "none", ...more });
  return {
    name: text("name", { maxlength: "255" }),
    address: text("address", { required: true, inputmode: "url", placeholder: "192.168.88.1" }),
    port: text("port", { inputmode: "numeric", maxlength: "5" }),
    user: text("user", { required: true, placeholder: "lalin" }),
    password: input({ name: "password", type: "password", autocomplete: "new-password" }),
    tls: select(
      "tls",
      POLICIES.map((policy) => [policy, texts[`setup_tls.${policy}`]]),
    ),
    pin: text("pin", { maxlength: "100", placeholder: "AB:CD:…" }),
    interval: select(
      "intervalMs",
      INTERVALS.map((ms) => [ms, ms ? duration(Number(ms), lang) : texts.setup_usual]),
    ),
    tags: text("tags"),
    notes: Object.assign(element("textarea"), { name: "notes", rows: 2 }),
  };
}

/**
 * @param {Fields} fields
 * @param {RouterEntry} router
 */
export function fillFields(fields, router) {
  fields.name.value = router.name ?? "";
  fields.address.value = bracketed(router.host ?? "");
  fields.port.value = String(router.port ?? "");
  fields.user.value = router.user ?? "";
  const policy = router.tlsPolicy ?? "off";
  fields.tls.value = policy.startsWith("pin:") ? "pin" : policy;
  fields.pin.value = policy.startsWith("pin:") ? policy.slice(4) : "";
  const often = String(router.intervalMs ?? "");
  if (INTERVALS.includes(often)) fields.interval.value = often;
  fields.tags.value = (router.tags ?? []).join(", ");
  fields.notes.value = router.notes ?? "";
}

/**
 * What the fields say, as the API takes it.
 * @param {Fields} fields
 * @param {RouterEntry|undefined} router the one that is changed
 * @param {string} identity what a new one calls itself: its name where none is typed
 */
export function toldBy({ address, user, tls, pin, name, notes, tags, port, interval, password }, router, identity) {
  const told = {
    address: address.value.trim(),
    user: user.value.trim(),
    tls: tls.value === "pin" ? `pin:${fingerprint(pin.value) ?? pin.value.trim()}` : tls.value,
    name: name.value.trim() || (router ? "" : identity),
    notes: notes.value,
    tags: tags.value
      .split(",")
      .map((tag) => tag.trim())
      .filter(Boolean),
  };
  if (port.value.trim()) told.port = Number(port.value);
  if (interval.value) told.intervalMs = Number(interval.value);
  // Whoever else changed it since is not overwritten.
  if (router?.revision) told.revision = router.revision;
  // A password that is not typed again stays as it is.
  if (!router || password.value) told.password = password.value;
  return told;
}

const NAMES = ["name", "address", "port", "user", "tls", "pin", "interval", "tags", "notes"];

/**
 * What somebody else changed of a router: the fields, and how they stand now.
 * @param {RouterEntry} was as the form knew it
 * @param {RouterEntry} now
 * @returns {[string, string][]}
 */
export function changedMeanwhile(was, now) {
  const shown = (router) => {
    const made = /** @type {any} */ (Object.fromEntries(NAMES.map((name) => [name, { value: "" }])));
    fillFields(made, router);
    return made;
  };
  const [before, after] = [shown(was), shown(now)];
  return NAMES.filter((name) => before[name].value !== after[name].value).map((name) => [name, after[name].value]);
}

/**
 * @param {Fields} fields
 * @param {Texts} texts
 * @returns {[HTMLElement, string]|null} the first field that cannot be as it is, and why
 */
export function wrongField({ address, port, tls, pin }, texts) {
  if (endpoint(address.value) === null) return [address, texts.setup_address_wrong];
  if (port.value.trim() && portOf(port.value.trim()) === null) return [port, texts.setup_port_wrong];
  return tls.value === "pin" && fingerprint(pin.value) === null ? [pin, texts.setup_pin_wrong] : null;
}

/** An address as it stands before a port. */
export function bracketed(host) {
  return host.includes(":") ? `[${host}]` : host;
}

/** A stretch of time in words, such as "2 detik": "2 d" are days on a router. */
function duration(ms, lang) {
  const [value, unit] = ms % 60_000 === 0 ? [ms / 60_000, "minute"] : [ms / 1_000, "second"];
  const locale = lang === "id" ? "id-ID" : "en-GB";
  return new Intl.NumberFormat(locale, { style: "unit", unit, unitDisplay: "long" }).format(value);
}
