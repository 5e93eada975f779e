// The form of a webhook: what its fields say of a request, and back.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";

import { asks, settingsOf, textsOf, wrongField } from "../../../src/alerts/channel-kinds.js";
import { PLACEHOLDERS } from "../../../src/alerts/webhook-fields.js";

const NEW = textsOf("webhook");
const typed = (texts) => ({ ...NEW, name: "NOC", url: "http://h/", ...texts });
const made = (texts, before) => settingsOf("webhook", typed(texts), before).settings;

test("a new one posts the event as it is", () => {
  assert.deepEqual(made({}), {
    kind: "webhook",
    url: "http://h/",
    method: "POST",
    headers: {},
    body: { type: "event" },
    signature: "none",
  });
  assert.equal(wrongField("webhook", typed({})), null);
});

test("each kind of body is what its field says", () => {
  assert.deepEqual(made({ body: "json", template: '{"pesan": "{text}", "n": "{priority|number}"}' }).body, {
    type: "json",
    template: { pesan: "{text}", n: "{priority|number}" },
  });
  assert.deepEqual(made({ body: "form", fields: "nomor=628\npesan = {text}=ya\n\n" }).body, {
    type: "form",
    fields: { nomor: "628", pesan: "{text}=ya" },
  });
  assert.deepEqual(made({ body: "text", template: "{title}\n{text}" }).body, {
    type: "text",
    template: "{title}\n{text}",
  });
  assert.deepEqual(made({ body: "json", template: "{", method: "GET" }).body, { type: "nothing" });
});

test("headers are a line each, and what has no field stays", () => {
  const before = { kind: "webhook", url: "http://old/", success: { path: "status" }, secondsBetween: 5 };
  assert.deepEqual(made({ headers: "X-Token: {secret.token}\nAccept: text/plain; q=1" }, before), {
    kind: "webhook",
    url: "http://h/",
    success: { path: "status" },
    secondsBetween: 5,
    method: "POST",
    headers: { "X-Token": "{secret.token}", Accept: "text/plain; q=1" },
    body: { type: "event" },
    signature: "none",
  });
});

test("what is kept stands in the fields again", () => {
  for (const texts of [
    { method: "PUT", headers: "A: b\nC: d: e" },
    { body: "json", template: JSON.stringify({ a: ["{text}"] }, null, 2) },
    { body: "form", fields: "a=b\nc=d=e" },
    { body: "text", template: "x" },
    { signature: "both" },
  ]) {
    const settings = made(texts);
    assert.deepEqual(settingsOf("webhook", textsOf("webhook", settings), settings).settings, settings);
    for (const [name, value] of Object.entries(texts)) assert.equal(textsOf("webhook", settings)[name], value, name);
  }
});

test("only what belongs to the chosen body is asked for", () => {
  const asked = (texts) =>
    Object.entries(asks("webhook", typed(texts)))
      .filter(([, is]) => is)
      .map(([name]) => name);
  assert.deepEqual(asked({}), ["body"]);
  assert.deepEqual(asked({ body: "json" }), ["body", "template"]);
  assert.deepEqual(asked({ body: "form", signature: "github" }), ["body", "fields", "signing"]);
  assert.deepEqual(asked({ body: "text", method: "GET" }), [], "a GET has no body");
});

test("what cannot be used is said at its field", () => {
  const wrong = (texts, known) => {
    const found = wrongField("webhook", typed(texts), known);
    return found && [found.name, found.wrong, found.what ?? ""];
  };
  assert.deepEqual(wrong({ url: "" }), ["url", "form_needed", ""]);
  assert.equal(wrong({ url: "" }, ["url"]), null, "the address is a secret");
  assert.deepEqual(wrong({ headers: "X Token: 1" }), ["headers", "channel_wrong_header", "X Token"]);
  assert.deepEqual(wrong({ headers: "X-Token" }), ["headers", "channel_wrong_header", "X-Token"]);
  assert.deepEqual(wrong({ body: "json", template: " " }), ["template", "form_needed", ""]);
  assert.deepEqual(wrong({ body: "json", template: "{text}" }), ["template", "channel_wrong_json", ""]);
  assert.deepEqual(wrong({ body: "text", template: "{txet}" }), ["template", "channel_wrong_placeholder", "{txet}"]);
  assert.deepEqual(wrong({ body: "form", fields: "nomor" }), ["fields", "channel_wrong_field", "nomor"]);
  assert.deepEqual(wrong({ url: "http://h/{ruoter|cut:3}" }), ["url", "channel_wrong_placeholder", "{ruoter|cut:3}"]);
  assert.deepEqual(wrong({ signature: "standard" }), ["signing", "form_needed", ""]);
  assert.equal(wrong({ signature: "standard" }, ["signing"]), null);
  assert.equal(wrong({ body: "json", template: '{ "a": "{secret.token} {text|cut:10}" }' }), null);
});

test("the placeholders are the server's", () => {
  const source = readFileSync(
    new URL("../../../../crates/alerts/src/channel/webhook/template.rs", import.meta.url),
    "utf8",
  );
  const [, names] = /const NAMES: &\[&str\] = &\[([^\]]+)\]/.exec(source);
  assert.deepEqual(
    [...names.matchAll(/"([a-z_]+)"/g)].map(([, name]) => name),
    PLACEHOLDERS,
  );
});
