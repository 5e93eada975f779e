// A trouble in its row: name, sentence, and a button that whoever looks may press.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { lasting, mendFor, troubleName, troubleSentence } from "../../../src/routers/router-trouble.js";

const texts = JSON.parse(readFileSync(new URL("../../../../crates/dashboard/texts/id.json", import.meta.url), "utf8"));
const clock = (date) => date.toISOString().slice(11, 19);
const all = { change: true, retry: true };
const broken = (reason, more = {}) => ({
  address: "192.0.2.31:8728",
  enabled: true,
  origin: "stored",
  state: { code: "unreachable", reason, ...more },
});

test("each trouble is told by its cause, with the port, since when and the next attempt", () => {
  assert.equal(troubleName(broken("refused"), texts), "API mati atau port salah");
  assert.equal(troubleSentence(broken("refused"), texts, clock), "Port 8728 menolak. Cek layanan API atau nomor port.");
  const away = broken("timed-out", {
    sampledAt: "2026-11-26T14:04:42Z",
    ageMs: 170_000,
    attempt: 6,
    retryInMs: 7_400,
  });
  assert.equal(
    troubleSentence(away, texts, clock),
    "Tidak membalas: listrik, kabel, atau firewall. Sejak 14:04:42 (2 mnt 50 dtk). Percobaan ke-6, lagi dalam 8 dtk.",
  );
  assert.equal(troubleSentence({ ...broken("refused"), enabled: false }, texts, clock), "");
  assert.equal(troubleName({ enabled: true, state: { code: "live" } }, texts), "");
});

test("the button is one that its reader may press", () => {
  const kinds = (rights, origin = "stored") =>
    ["wrong-credentials", "refused", "timed-out", "certificate"].map((reason) =>
      mendFor({ ...broken(reason), origin }, rights),
    );
  assert.deepEqual(kinds(all), ["password", "commands", "retry", "certificate"]);
  assert.deepEqual(kinds(all, "file"), ["commands", "commands", "retry", "certificate"]);
  assert.deepEqual(kinds({ change: false, retry: true }), ["retry", "commands", "retry", "retry"]);
  assert.deepEqual(kinds({ change: false, retry: false }), [null, "commands", null, null]);
  assert.equal(mendFor({ enabled: true, state: { code: "live" }, origin: "stored" }, all), null);
});

test("a stretch of time is told in its two largest units, and never in d", () => {
  const words = [0, 59_000, 170_000, 11_100_000, 12 * 86_400_000].map((ms) => lasting(ms, texts));
  assert.deepEqual(words, ["0 dtk", "59 dtk", "2 mnt 50 dtk", "3 jam 5 mnt", "12 hari"]);
  assert.equal(lasting(170_000, texts, 1), "2 mnt");
});
