// What the form of a webhook asks for beside its address: method, headers, body and signature; how they stand in
// fields, and what is wrong with them. Does not touch the page.

export const METHODS = /** @type {const} */ (["POST", "PUT", "PATCH", "GET"]);
export const BODIES = /** @type {const} */ (["event", "json", "form", "text", "nothing"]);
export const SIGNATURES = /** @type {const} */ (["none", "standard", "github", "both"]);
/**
 * What stands for something in a template, beside `{secret.NAME}`. As in
 * crates/alerts/src/channel/webhook/template.rs.
 */
export const PLACEHOLDERS = [
  "text",
  "title",
  "id",
  "alert",
  "kind",
  "severity",
  "rule",
  "router",
  "interface",
  "at",
  "since",
  "at_ms",
  "priority",
  "tag",
];
/** A header's name. */
const TOKEN = /^[!#$%&'*+.^_\x60|~0-9A-Za-z-]+$/;

/** A line each: `X-Token: {secret.token}`, `nomor=628…`. */
export function pairs(text, mark) {
  const lines = text
    .split("\n")
    .map((line) => line.trim())
    .filter(Boolean);
  return lines.map((line) => {
    const at = line.indexOf(mark);
    return at < 0 ? [line, null] : [line.slice(0, at).trim(), line.slice(at + 1).trim()];
  });
}

const lines = (of, mark) =>
  Object.entries(of ?? {})
    .map(([name, value]) => `${name}${mark}${value}`)
    .join("\n");

/**
 * How the settings stand in the fields.
 * @param {any} settings
 * @returns {Record<string, string>}
 */
export function webhookTexts({ method = "POST", headers = {}, body = { type: "event" }, signature = "none" } = {}) {
  return {
    method: method.toUpperCase(),
    headers: lines(headers, ": "),
    body: body.type,
    template: body.type === "json" ? JSON.stringify(body.template, null, 2) : (body.template ?? ""),
    fields: lines(body.fields, "="),
    signature,
  };
}

/** Which of its fields are asked for, by what the others say. */
export function webhookAsks({ method, body, signature }) {
  const sent = method === "GET" ? "nothing" : body;
  return {
    body: method !== "GET",
    template: sent === "json" || sent === "text",
    fields: sent === "form",
    signing: signature !== "none",
  };
}

/**
 * The settings that the fields make. What has no field stays as it was.
 * @param {Record<string, string>} values
 * @param {any} before
 */
export function webhookSettings(values, before = {}) {
  const { method, headers, signature } = values;
  const type = method === "GET" ? "nothing" : values.body;
  const body = { type };
  if (type === "json") body.template = JSON.parse(values.template);
  if (type === "text") body.template = values.template;
  if (type === "form") body.fields = Object.fromEntries(pairs(values.fields, "="));
  return { ...before, method, headers: Object.fromEntries(pairs(headers, ":")), body, signature };
}

/**
 * The first of its fields that cannot be used, with the key of the sentence that says why and what it is about.
 * @param {Record<string, string>} values
 * @returns {{name: string, wrong: string, what?: string}|null}
 */
export function webhookFault(values) {
  const asks = webhookAsks(/** @type {any} */ (values));
  for (const [name, value] of pairs(values.headers, ":"))
    if (!value || !TOKEN.test(name)) return { name: "headers", wrong: "channel_wrong_header", what: name };
  if (asks.template && values.body === "json" && !isJson(values.template))
    return { name: "template", wrong: "channel_wrong_json" };
  if (asks.fields) {
    const wrong = pairs(values.fields, "=").find(([name, value]) => name === "" || value === null);
    if (wrong) return { name: "fields", wrong: "channel_wrong_field", what: wrong[0] };
  }
  for (const name of ["url", "headers", "template", "fields"]) {
    const what = asks[name] === false ? null : unknown(values[name]);
    if (what !== null) return { name, wrong: "channel_wrong_placeholder", what };
  }
  return null;
}

function isJson(text) {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}

/** A placeholder that nothing stands for; `{ "a": 1 }` is none. */
function unknown(text) {
  for (const [all, name] of text.matchAll(/\{([A-Za-z0-9_.]+)(?:\|[^}]*)?\}/g))
    if (!PLACEHOLDERS.includes(name) && !name.startsWith("secret.")) return all;
  return null;
}
