// What the form of a channel makes of its fields.

import assert from "node:assert/strict";
import { test } from "node:test";

import { CHANNELS, settingsOf, settingText, wrongField } from "../../../src/alerts/channel-kinds.js";

test("secrets are apart, and one that is not typed is not sent", () => {
  const { settings, secrets } = settingsOf("telegram", { token: " 1:abc ", chatId: "-100123", topic: "7" });
  assert.deepEqual(settings, { kind: "telegram", chatId: "-100123", topic: 7 });
  assert.deepEqual(secrets, { token: "1:abc" });
  assert.deepEqual(settingsOf("telegram", { token: "", chatId: "1", topic: "" }).secrets, {});
});

test("settings that have no field stay, those that were emptied go", () => {
  const before = { kind: "telegram", chatId: "1", topic: 7, silentInfo: true };
  assert.deepEqual(settingsOf("telegram", { chatId: "2", topic: "" }, before).settings, {
    kind: "telegram",
    chatId: "2",
    silentInfo: true,
  });
});

test("several receivers are a list", () => {
  const { settings } = settingsOf("mail", { host: "h", from: "a@b.c", to: "d@e.f, g@h.i;j@k.l" });
  assert.deepEqual(settings.to, ["d@e.f", "g@h.i", "j@k.l"]);
  assert.equal(settingText(settings.to), "d@e.f, g@h.i, j@k.l");
});

test("what is needed is asked for, but for a secret that is kept", () => {
  assert.equal(wrongField("telegram", { chatId: "1" }).name, "token");
  assert.equal(wrongField("telegram", { chatId: "1" }, ["token"]), null);
  assert.equal(wrongField("mail", { host: "h", from: "a", to: "b", port: "smtp" }).name, "port");
  assert.ok(Object.keys(CHANNELS).length >= 12);
});
