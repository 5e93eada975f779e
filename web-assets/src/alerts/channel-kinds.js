// What each kind of channel asks for. A secret is written and never shown again. Does not touch the page.

import {
  BODIES,
  METHODS,
  SIGNATURES,
  webhookAsks,
  webhookFault,
  webhookSettings,
  webhookTexts,
} from "./webhook-fields.js";

/**
 * @typedef {object} ChannelField
 * @property {string} name as the API calls it
 * @property {boolean} [secret]
 * @property {boolean} [needed]
 * @property {"list"|"number"|"flag"} [as] what the text becomes
 * @property {string} [example]
 * @property {readonly string[]} [options] it is one of these
 * @property {boolean} [long] of several lines
 */

/** Where several kinds ask for the same. */
const TARGET = { name: "target", needed: true, example: "08123456789" };
const OWN_SERVER = { name: "baseUrl", needed: true, example: "http://127.0.0.1:3000" };

/** @type {Record<string, ChannelField[]>} */
export const CHANNELS = {
  telegram: [
    { name: "token", secret: true, needed: true },
    { name: "chatId", needed: true, example: "-1001234567890" },
    { name: "topic", as: "number" },
  ],
  fonnte: [{ name: "token", secret: true, needed: true }, TARGET],
  wablas: [
    { name: "baseUrl", needed: true, example: "https://solo.wablas.com" },
    { name: "token", secret: true, needed: true },
    { name: "secretKey", secret: true },
    TARGET,
  ],
  waha: [OWN_SERVER, { name: "apiKey", secret: true }, TARGET, { name: "session", example: "default" }],
  gowa: [OWN_SERVER, { name: "user" }, { name: "password", secret: true }, TARGET, { name: "device" }],
  ntfy: [
    { name: "topic", needed: true, example: "noc-sukamaju" },
    { name: "baseUrl", example: "https://ntfy.sh" },
    { name: "token", secret: true },
  ],
  discord: [{ name: "url", secret: true, needed: true }, { name: "thread" }],
  slack: [{ name: "url", secret: true, needed: true }],
  mail: [
    { name: "host", needed: true, example: "smtp.example.id" },
    { name: "port", as: "number", example: "587" },
    { name: "user" },
    { name: "password", secret: true },
    { name: "from", needed: true, example: "noc@example.id" },
    { name: "to", needed: true, as: "list", example: "budi@example.id, sari@example.id" },
  ],
  webhook: [
    { name: "url", needed: true, example: "https://example.id/hook" },
    { name: "method", options: METHODS },
    { name: "headers", long: true, example: "X-Token: {secret.token}" },
    { name: "token", secret: true },
    { name: "body", options: BODIES },
    { name: "template", long: true, needed: true, example: '{ "pesan": "{text}" }' },
    { name: "fields", long: true, needed: true, example: "nomor=6281234567890\npesan={text}" },
    { name: "signature", options: SIGNATURES },
    { name: "signing", secret: true, needed: true, example: "whsec_…" },
  ],
  alertmanager: [
    { name: "urls", needed: true, as: "list", example: "http://127.0.0.1:9093" },
    { name: "user" },
    { name: "password", secret: true },
  ],
  heartbeat: [{ name: "url", secret: true, needed: true }],
};

/** How all of a kind's settings stand in their fields, by field. */
export function textsOf(kind, settings = /** @type {any} */ ({})) {
  const plain = Object.fromEntries(CHANNELS[kind].map(({ name }) => [name, settingText(settings[name])]));
  return kind === "webhook" ? { ...plain, ...webhookTexts(settings) } : plain;
}

/** Which fields are asked for, by what the others say; those that are not named are asked for always. */
export function asks(kind, texts) {
  return kind === "webhook" ? webhookAsks(texts) : {};
}

/** How a setting stands in its field. */
export function settingText(value) {
  return Array.isArray(value) ? value.join(", ") : value === null || value === undefined ? "" : String(value);
}

/**
 * What the fields say: settings in the open, and secrets that were typed.
 * @param {string} kind
 * @param {Record<string, string>} texts by field
 * @param {any} before settings that have no field here stay as they were
 */
export function settingsOf(kind, texts, before = {}) {
  const settings = { ...(before.kind === kind ? before : {}), kind };
  /** @type {Record<string, string>} */
  const secrets = {};
  for (const { name, secret, as } of CHANNELS[kind]) {
    const text = (texts[name] ?? "").trim();
    if (secret) {
      if (text !== "") secrets[name] = text;
    } else if (text === "") delete settings[name];
    else if (as === "list") settings[name] = text.split(/[\s,;]+/).filter(Boolean);
    else settings[name] = as === "number" ? Number(text) : text;
  }
  if (kind === "webhook") {
    // These are parts of others.
    for (const name of ["template", "fields"]) delete settings[name];
    return { settings: webhookSettings(texts, settings), secrets };
  }
  return { settings, secrets };
}

/**
 * The first field that is empty or cannot be used, with the key of the sentence that says why; null where all are well.
 * @returns {(ChannelField & {wrong: string, what?: string})|null}
 */
export function wrongField(kind, texts, known = /** @type {string[]} */ ([])) {
  const asked = asks(kind, texts);
  for (const field of CHANNELS[kind]) {
    const { name, needed, as } = field;
    if (asked[name] === false) continue;
    const text = (texts[name] ?? "").trim();
    if (text === "" && needed && !known.includes(name)) return { ...field, wrong: "form_needed" };
    if (as === "number" && text !== "" && !/^\d+$/.test(text)) return { ...field, wrong: "rule_wrong_number" };
  }
  const fault = kind === "webhook" ? webhookFault(texts) : null;
  return fault ? { ...CHANNELS[kind].find(({ name }) => name === fault.name), ...fault } : null;
}
